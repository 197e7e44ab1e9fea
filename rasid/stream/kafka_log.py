"""Kafka's topics looked at without a group."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from rasid.errors import Unavailable
from rasid.stream.kafka_client import close, start, to_the_end, unavailable
from rasid.stream.login import Login, client_options
from rasid.stream.ports import Bounds, Page

PARTITION_FETCH_BYTES = 256 * 1024
FETCH_WAIT_MS = 250
REQUEST_MS = 10_000


class KafkaLog:
    """Implements `ports.Log` with aiokafka. Each question opens a connection of its own and closes it."""

    def __init__(
        self, bootstrap: str, client_id: str, *, deadline_seconds: float = 5.0, login: Login | None = None
    ) -> None:
        self._bootstrap = bootstrap
        self._options = client_options(login)
        self._client_id = client_id
        self._deadline_seconds = deadline_seconds

    async def cluster(self) -> str:
        """The id of this cluster. Raises Unavailable."""
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            request_timeout_ms=REQUEST_MS,
            **self._options,
        )
        try:
            await start(admin, self._deadline_seconds)
            async with asyncio.timeout(self._deadline_seconds):
                return str((await admin.describe_cluster())["cluster_id"])
        except (TimeoutError, KafkaError) as error:
            raise unavailable(error) from error
        finally:
            await to_the_end(admin.close())

    async def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """Where each partition begins and ends now. Raises Unavailable, also when there is no such topic."""
        client = self._new_client()
        first_partition = TopicPartition(topic, 0)
        client.assign([first_partition])
        client.pause(first_partition)  # only its metadata is wanted
        try:
            await start(client, self._deadline_seconds)
            async with asyncio.timeout(self._deadline_seconds):
                partitions = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic)]
                first = await client.beginning_offsets(partitions)
                end = await client.end_offsets(partitions)
        except TimeoutError:
            raise Unavailable("Kafka", f"no answer about topic {topic} (does it exist?)") from None
        except KafkaError as error:
            raise unavailable(error) from error
        finally:
            await close(client, self._deadline_seconds)
        return {at.partition: Bounds(first[at], end[at]) for at in partitions}

    @asynccontextmanager
    async def open(self, topic: str, starts: Mapping[int, int]) -> AsyncIterator["KafkaLogReader"]:
        """Read these partitions from these offsets on; entering it raises Unavailable."""
        client = self._new_client()
        positions = {TopicPartition(topic, partition): offset for partition, offset in starts.items()}
        client.assign(list(positions))
        try:
            try:
                await start(client, self._deadline_seconds)
            except (TimeoutError, KafkaError) as error:
                raise unavailable(error) from error
            for partition, offset in positions.items():
                client.seek(partition, offset)
            yield KafkaLogReader(client, self._deadline_seconds)
        finally:
            await close(client, self._deadline_seconds)

    def _new_client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=REQUEST_MS,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            **self._options,
        )


class KafkaLogReader:
    """Implements `ports.LogReader` with aiokafka."""

    def __init__(self, client: AIOKafkaConsumer, deadline_seconds: float) -> None:
        self._client = client
        self._deadline_seconds = deadline_seconds

    async def page(self, timeout_seconds: float) -> Page:
        """The next records; none when none came in time. Raises Unavailable."""
        try:
            polled = await self._client.getmany(timeout_ms=int(timeout_seconds * 1000))
            # A client waits without end for a position while the broker is away.
            async with asyncio.timeout(self._deadline_seconds):
                positions = {at.partition: await self._client.position(at) for at in self._client.assignment()}
        except (TimeoutError, KafkaError) as error:
            raise unavailable(error) from error
        return Page({at.partition: records for at, records in polled.items()}, positions)

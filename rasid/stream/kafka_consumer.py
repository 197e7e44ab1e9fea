"""A member of a consumer group on Kafka, with the client's traps on the inside.

What aiokafka 0.14 does that is not what we need, and what is done about it here:

* it waits for an assignment without regard to the poll's timeout: the poll has a deadline of its own;
* it swallows what a rebalance listener raises: the error is kept and comes out of the next poll;
* it waits for other members only as long as a *session* lasts unless told otherwise, and gives up a join request after
  the request timeout: both are set above the time a member may take to let go;
* a commit is tried again for ever while the coordinator is away: it has a deadline.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from rasid.errors import Unavailable
from rasid.stream.kafka_client import close, look_after, start, unavailable
from rasid.stream.login import Login, client_options
from rasid.stream.ports import Assignments, CommitRefused, Records
from rasid.stream.settings import LoopSettings

FETCH_WAIT_MS = 250
REASSIGNMENT_SECONDS = 5.0


class KafkaGroupConsumer:
    """Implements `ports.GroupConsumer` with aiokafka."""

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        group: str,
        *,
        client_id: str,
        settings: LoopSettings,
        login: Login | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._login = login
        self._topic = topic
        self._group = group
        self._client_id = client_id
        self._settings = settings
        self._client: AIOKafkaConsumer | None = None
        self._listener = _Listener()

    @property
    def _joined(self) -> AIOKafkaConsumer:
        if self._client is None:
            message = "the consumer has not been started"
            raise RuntimeError(message)
        return self._client

    async def start(self, assignments: Assignments) -> None:
        """Join the group and wait for the first assignment; raises Unavailable."""
        self._listener = _Listener(assignments)
        self._client = self._new_client()
        self._client.subscribe([self._topic], listener=self._listener)
        seconds = self._settings.rebalance_seconds + self._settings.broker_seconds
        try:
            await start(self._client, seconds)
        except TimeoutError:
            raise Unavailable("Kafka", f"no place in group {self._group} within {seconds} s") from None
        except KafkaError as error:
            raise unavailable(error) from error

    def _new_client(self) -> AIOKafkaConsumer:
        rebalance_ms = int(self._settings.rebalance_seconds * 1000)
        session_ms = int(self._settings.session_seconds * 1000)
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 3,
            rebalance_timeout_ms=rebalance_ms,
            request_timeout_ms=rebalance_ms + int(self._settings.broker_seconds * 1000),
            max_partition_fetch_bytes=self._settings.fetch_bytes,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            **client_options(self._login),
        )

    async def stop(self) -> None:
        """Leave the group. Never raises; what cannot be ended in order within the deadline is cut."""
        client, self._client = self._client, None
        if client is not None:
            await close(client, self._settings.broker_seconds)

    async def poll(self, timeout_seconds: float) -> Records:
        """The next records of every partition that is not paused; empty when none came in time. Raises Unavailable."""
        self._listener.raise_failure()
        try:
            async with asyncio.timeout(timeout_seconds + REASSIGNMENT_SECONDS):
                polled = await self._joined.getmany(timeout_ms=int(timeout_seconds * 1000))
        except TimeoutError:
            return {}
        except KafkaError as error:
            raise unavailable(error) from error
        self._listener.raise_failure()
        return {partition.partition: records for partition, records in polled.items()}

    def pause(self, partition: int) -> None:
        """Bring no records of this partition."""
        with suppress(IllegalStateError):
            self._joined.pause(self._at(partition))

    def resume(self, partition: int) -> None:
        """Bring records of this partition again."""
        with suppress(IllegalStateError):
            self._joined.resume(self._at(partition))

    def seek(self, partition: int, offset: int) -> None:
        """Go on with this offset."""
        with suppress(IllegalStateError):
            self._joined.seek(self._at(partition), offset)

    async def committed(self, partition: int) -> int | None:
        """The offset the group has committed; None for none. Raises Unavailable."""
        try:
            async with asyncio.timeout(self._settings.broker_seconds):
                offset: int | None = await self._joined.committed(self._at(partition))
        except (TimeoutError, KafkaError) as error:
            raise unavailable(error) from error
        return offset

    async def commit(self, offsets: Mapping[int, int]) -> None:
        """Commit; raises CommitRefused or Unavailable."""
        try:
            async with asyncio.timeout(self._settings.broker_seconds):
                await self._joined.commit({self._at(partition): offset for partition, offset in offsets.items()})
        except (CommitFailedError, IllegalStateError) as error:
            raise CommitRefused(str(error)) from error
        except (TimeoutError, KafkaError) as error:
            raise unavailable(error) from error
        finally:
            look_after("_do_commit_offsets")

    def _at(self, partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Hands rebalances on, and keeps the error that aiokafka would swallow."""

    def __init__(self, assignments: Assignments | None = None) -> None:
        self._assignments = assignments
        self._failure: Exception | None = None

    def raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        del revoked  # a rebalance always takes everything
        if self._assignments is not None:
            try:
                await self._assignments.revoked()
            except Exception as error:  # noqa: BLE001 - raised again by the next poll
                self._failure = error

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        if self._assignments is not None:
            try:
                await self._assignments.assigned({partition.partition for partition in assigned})
            except Exception as error:  # noqa: BLE001 - raised again by the next poll
                self._failure = error

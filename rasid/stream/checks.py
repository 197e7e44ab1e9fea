"""What every service asks of Kafka before it takes or writes an event, and what `rasid doctor` asks of it."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import ApiVersionRequest

from rasid.contract.topics import Topic
from rasid.errors import ConfigurationError
from rasid.stream.admin import check_topics
from rasid.stream.kafka_client import start, to_the_end, unavailable

OLDEST = "4.0"
# The newest way to produce (key 0) that a broker knows tells its version: 12 came with Kafka 4.0.
PRODUCE, PRODUCE_OF_OLDEST = 0, 12
START_SECONDS = 5.0


async def check_kafka(bootstrap: str, topics: Sequence[Topic], *, brokers: int) -> None:
    """Refuse brokers that are too old, and topics that are missing or other than the contract says.

    Retention and order rest on them. Raises ConfigurationError and Unavailable.
    """
    check_versions(await _versions(bootstrap))
    if differences := await check_topics(bootstrap, topics, brokers=brokers):
        raise ConfigurationError(
            f"Kafka's topics are not as the contract says: {'; '.join(differences)}",
            "make or alter them as docs/events.md lists them; RASID_KAFKA_BROKERS must be the number of brokers",
        )


def check_versions(known: Mapping[int, int]) -> None:
    """Look at the newest version of each request that a broker knows, by the request's key."""
    if known.get(PRODUCE, 0) < PRODUCE_OF_OLDEST:
        raise ConfigurationError(
            f"the broker is older than Kafka {OLDEST}", f"upgrade it to {OLDEST} or newer: RASID_KAFKA names it"
        )


class _Client(AIOKafkaClient):  # type: ignore[misc]  # aiokafka has no types
    async def start(self) -> None:
        await self.bootstrap()


async def _versions(bootstrap: str) -> dict[int, int]:
    client = _Client(bootstrap_servers=bootstrap, client_id="rasid-check")
    try:
        await start(client, START_SECONDS)
        async with asyncio.timeout(START_SECONDS):
            answer = await client.send(client.get_random_node(), ApiVersionRequest())
        return {key: newest for key, _oldest, newest in answer.api_versions}
    except (TimeoutError, KafkaError) as error:
        raise unavailable(error) from error
    finally:
        await to_the_end(client.close())

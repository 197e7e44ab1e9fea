"""What every service asks of Kafka before it takes or writes an event, and what `rasid doctor` asks of it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError, KafkaError
from aiokafka.protocol.admin import ApiVersionRequest

from rasid.contract.topics import Topic
from rasid.errors import ConfigurationError
from rasid.stream.admin import check_topics
from rasid.stream.kafka_client import unavailable
from rasid.stream.login import Login, connect, hung_up
from rasid.stream.rights import check_rights

OLDEST = "4.0"
# The newest way to produce (key 0) that a broker knows tells its version: 12 came with Kafka 4.0.
PRODUCE, PRODUCE_OF_OLDEST = 0, 12
CONNECT_SECONDS = 5.0
REQUEST_MS = 5_000


async def check_kafka(
    bootstrap: str,
    topics: Sequence[Topic],
    *,
    brokers: int,
    login: Login | None = None,
    service: str | None = None,
) -> None:
    """Refuse brokers that are too old, a user without the service's rights, and topics other than the contract says.

    Retention and order rest on them. Without `service` no rights are asked for. Raises ConfigurationError, Unavailable.
    """
    await _check_broker(bootstrap, topics, login, service)
    if differences := await check_topics(bootstrap, topics, brokers=brokers, login=login):
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


async def _check_broker(bootstrap: str, topics: Sequence[Topic], login: Login | None, service: str | None) -> None:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await connect(bootstrap, login, client_id="rasid-check", request_ms=REQUEST_MS)
            with closing(connection):
                answer = await _ask(connection, login)
                check_versions({key: newest for key, _oldest, newest in answer.api_versions})
                if login is not None and service is not None:
                    await check_rights(connection, service, topics)
    except (TimeoutError, KafkaError) as error:
        raise unavailable(error) from error


async def _ask(connection: AIOKafkaConnection, login: Login | None) -> Any:
    try:
        return await connection.send(ApiVersionRequest())
    except KafkaConnectionError as error:
        raise (hung_up(error) if login is None else unavailable(error)) from error

"""Making the topics, and telling where they differ from what the contract says."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from rasid.contract.topics import REPLICATION_FACTOR, Topic
from rasid.errors import ConfigurationError
from rasid.stream.kafka_client import start, to_the_end, unavailable
from rasid.stream.login import Login, client_options

REQUEST_MS = 10_000
START_SECONDS = 5.0
DEADLINE_SECONDS = 30.0
LOOK_SECONDS = 0.05


async def ensure_topics(bootstrap: str, topics: Sequence[Topic], *, brokers: int, login: Login | None = None) -> None:
    """Make the topics that are missing and return when they can be used; raises Unavailable or ConfigurationError.

    Topics that exist are left as they are: `check_topics` tells where they differ.
    """
    async with connected_admin(bootstrap, login) as admin:
        names = {topic.name for topic in topics}
        missing = names - set(await admin.list_topics())
        if missing:
            made = await admin.create_topics([_new_topic(t, brokers) for t in topics if t.name in missing])
            for name, code, *why in made.topic_errors:
                _raise_unless_made(name, code, why)
        # Kafka answers before every broker knows the topic.
        while missing:
            described = await admin.describe_topics(sorted(missing))
            missing = {topic["topic"] for topic in described if topic["error_code"] or not _has_leaders(topic)}
            await asyncio.sleep(LOOK_SECONDS if missing else 0)


async def check_topics(
    bootstrap: str, topics: Sequence[Topic], *, brokers: int, login: Login | None = None
) -> list[str]:
    """One sentence for each difference between the cluster's topics and these; raises Unavailable."""
    async with connected_admin(bootstrap, login) as admin:
        partitions = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
        differences = [f"the topic {topic.name} is missing" for topic in topics if topic.name not in partitions]
        present = [topic for topic in topics if topic.name in partitions]
        differences += [
            f"{topic.name} has {partitions[topic.name]} partitions instead of {topic.partitions}"
            for topic in present
            if partitions[topic.name] != topic.partitions
        ]
        actual = await _configs(admin, [topic.name for topic in present])
    differences += [
        f"{topic.name} has {name}={actual[topic.name].get(name)} instead of {wanted}"
        for topic in present
        for name, wanted in topic.kafka_config(brokers=brokers).items()
        if actual[topic.name].get(name) != wanted
    ]
    return differences


async def groups(bootstrap: str, login: Login | None = None) -> frozenset[str]:
    """The consumer groups the cluster knows; raises Unavailable."""
    async with connected_admin(bootstrap, login) as admin:
        return frozenset(name for name, _ in await admin.list_consumer_groups())


def _new_topic(topic: Topic, brokers: int) -> NewTopic:
    copies = REPLICATION_FACTOR if brokers >= REPLICATION_FACTOR else 1
    return NewTopic(topic.name, topic.partitions, copies, topic_configs=topic.kafka_config(brokers=brokers))


def _raise_unless_made(name: str, code: int, why: Sequence[Any]) -> None:
    error = for_code(code)
    if code and error is not TopicAlreadyExistsError:
        if error.retriable:
            raise unavailable(error())
        reason = next((text for text in why if text), error.__name__)
        raise ConfigurationError(
            f"the topic {name} cannot be made: {reason}", "check RASID_KAFKA_BROKERS against the cluster"
        )


def _has_leaders(topic: Mapping[str, Any]) -> bool:
    return bool(topic["partitions"]) and all(partition["leader"] >= 0 for partition in topic["partitions"])


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        name: {key: value for key, value, *_ in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }


@asynccontextmanager
async def connected_admin(bootstrap: str, login: Login | None = None) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client; entering and using it raises Unavailable and ConfigurationError."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="rasid-admin", request_timeout_ms=REQUEST_MS, **client_options(login)
    )
    try:
        await start(admin, START_SECONDS)
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield admin
    except (TimeoutError, KafkaError) as error:
        raise unavailable(error) from error
    finally:
        await to_the_end(admin.close())

"""Taking events from topics: what is checked before the first, and the loop that does it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rasid.contract.topics import Topic
from rasid.errors import ConfigurationError
from rasid.runtime.opening import open_when_there
from rasid.runtime.settings import ProcessSettings, ServiceSettings
from rasid.runtime.watchdog import Pulse
from rasid.service.connections import Bus, kafka_login
from rasid.service.tools import Tools
from rasid.stream.checks import check_kafka
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.delivery import Handler
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.settings import LoopSettings

USUAL = LoopSettings()


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken from one topic: by which group, of which types, and what handles it."""

    topic: Topic
    group: str
    types: frozenset[str]
    handler: Handler


async def topics_are_there(topics: Sequence[Topic], tools: Tools[ServiceSettings]) -> bool:
    """Wait for Kafka and its topics. False: they are not as the contract says, and the process ends."""
    return await is_opened("Kafka's topics", partial(check_contract, topics, tools), tools)


async def is_opened(part: str, opening: Callable[[], Awaitable[None]], tools: Tools[ProcessSettings]) -> bool:
    """Wait for a part that the service needs. False: it is there and is not as it must be, and the process ends."""
    try:
        await open_when_there(part, opening, tools.readiness, tools.clock)
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)
        return False
    return True


async def check_contract(topics: Sequence[Topic], tools: Tools[ServiceSettings]) -> None:
    """Refuse a cluster that is not as the contract says. Raises ConfigurationError and Unavailable."""
    settings = tools.settings
    login = kafka_login(settings)
    await check_kafka(settings.kafka, topics, brokers=settings.kafka_brokers, login=login, service=tools.service)


def delivery_loop(
    taken: Taken, bus: Bus, tools: Tools[ServiceSettings], pulse: Pulse, *, settings: LoopSettings = USUAL
) -> DeliveryLoop:
    """The loop of one topic; its drain and its session are as long as the service's settings say."""
    given = tools.settings
    settings = replace(settings, drain_seconds=given.drain_seconds, session_seconds=given.session_seconds)
    topic, client_id = taken.topic.name, f"{tools.service}-{taken.topic.name}"
    return DeliveryLoop(
        topic=topic,
        group=taken.group,
        types=taken.types,
        handler=taken.handler,
        consumer=KafkaGroupConsumer(
            given.kafka, topic, taken.group, client_id=client_id, settings=settings, login=kafka_login(given)
        ),
        log=bus.log,
        publisher=bus.producer,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=pulse,
        settings=settings,
    )

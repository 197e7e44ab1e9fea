"""Takes reads and reports from the bus once there is a place to put them."""

import asyncio
from dataclasses import dataclass

from rasid.contract.topics import AUDIT, CAMERAS, CASES, DETECTIONS, DEVICE_HEALTH, Topic, dead_letter_topic
from rasid.errors import ConfigurationError
from rasid.runtime.opening import open_when_there
from rasid.runtime.serve import Lifecycle
from rasid.runtime.watchdog import Pulse
from rasid.stream.admin import check_topics
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.delivery import Handler
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from rasid.stream.settings import LoopSettings
from services.search.handlers import READS, REPORTS, Reads, Reports
from services.search.settings import SERVICE, SearchSettings
from services.search.stores import Stores
from services.search.tools import Tools

USED_TOPICS = (
    *(DETECTIONS, dead_letter_topic(DETECTIONS)),
    *(DEVICE_HEALTH, dead_letter_topic(DEVICE_HEALTH)),
    *(CAMERAS, CASES, AUDIT),
)
# A batch of reads is about as large: the fuller it is, the less each read costs the database.
FETCH_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Intake:
    """One topic, and what is done with it. Each has a group of its own: a rebalance of one is none of the other."""

    topic: Topic
    group: str
    types: frozenset[str]
    handler: Handler
    pulse: Pulse


async def deliver(
    stores: Stores,
    producer: KafkaProducer,
    kafka: KafkaLog,
    tools: Tools,
    lifecycle: Lifecycle,
) -> None:
    """Once the topics are right and the stores are open, take every read and report until the process stops."""
    clock, settings = tools.clock, tools.settings
    pulses = [tools.watchdog.pulse(part, settings.watchdog_seconds) for part in ("reads", "reports")]
    for pulse in pulses:
        pulse.rest()
    try:
        await open_when_there("Kafka's topics", lambda: _check_topics(settings), tools.readiness, clock)
    except ConfigurationError as error:
        lifecycle.refuse(error)
        return
    await open_when_there("the database", stores.open, tools.readiness, clock)
    reads = _reads(stores, tools)
    reports = Reports(stores.cameras, retention=stores.retention, clock=clock)
    async with asyncio.TaskGroup() as group:
        group.create_task(stores.run())
        for intake in (
            _Intake(DETECTIONS, SERVICE, READS, reads, pulses[0]),
            _Intake(DEVICE_HEALTH, f"{SERVICE}.device-health", REPORTS, reports, pulses[1]),
        ):
            group.create_task(_loop(intake, producer, kafka, tools).run())


def _loop(intake: _Intake, producer: KafkaProducer, kafka: KafkaLog, tools: Tools) -> DeliveryLoop:
    topic = intake.topic.name
    settings = LoopSettings(
        drain_seconds=tools.settings.drain_seconds,
        batch_records=tools.settings.batch_records,
        fetch_bytes=FETCH_BYTES,
    )
    return DeliveryLoop(
        topic=topic,
        group=intake.group,
        types=intake.types,
        handler=intake.handler,
        consumer=KafkaGroupConsumer(tools.settings.kafka, topic, intake.group, client_id=SERVICE, settings=settings),
        log=kafka,
        publisher=producer,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=intake.pulse,
        settings=settings,
    )


def _reads(stores: Stores, tools: Tools) -> Reads:
    return Reads(
        stores.passages,
        stores.plates,
        stores.cameras,
        retention=stores.retention,
        clock=tools.clock,
        metrics=tools.metrics,
    )


async def _check_topics(settings: SearchSettings) -> None:
    """Refuse topics that are missing or other than the contract says: retention and order rest on them."""
    differences = await check_topics(settings.kafka, USED_TOPICS, brokers=settings.kafka_brokers)
    if differences:
        raise ConfigurationError(
            f"Kafka's topics are not as the contract says: {'; '.join(differences)}",
            "make or alter them as docs/events.md lists them; RASID_KAFKA_BROKERS must be the number of brokers",
        )

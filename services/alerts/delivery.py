"""Takes reads from the bus once everything they are compared with is there."""

import asyncio

from rasid.contract.topics import ALERTS, AUDIT, CASES, DETECTIONS, dead_letter_topic
from rasid.errors import ConfigurationError
from rasid.runtime.serve import Lifecycle
from rasid.runtime.watchdog import Pulse
from rasid.stream.admin import check_topics
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from rasid.stream.settings import LoopSettings
from services.alerts.handlers import PLATE_READ, PlateReads
from services.alerts.opening import open_when_there
from services.alerts.rules import Limits
from services.alerts.settings import SERVICE, AlertsSettings
from services.alerts.settlement import Settlement
from services.alerts.settling import Memory
from services.alerts.stores import Stores
from services.alerts.tools import Tools

USED_TOPICS = (DETECTIONS, dead_letter_topic(DETECTIONS), CASES, ALERTS, AUDIT)


async def deliver(
    stores: Stores,
    producer: KafkaProducer,
    kafka: KafkaLog,
    tools: Tools,
    lifecycle: Lifecycle,
) -> None:
    """Once the topics are right and the watchlist is in memory, compare every read until the process stops."""
    clock, settings = tools.clock, tools.settings
    pulse = tools.watchdog.pulse("plate reads", settings.watchdog_seconds)
    pulse.rest()
    try:
        await open_when_there("Kafka's topics", lambda: _check_topics(settings), tools.readiness, clock)
    except ConfigurationError as error:
        lifecycle.refuse(error)
        return
    await open_when_there("watchlist", stores.open, tools.readiness, clock)
    loop = _loop(stores, producer, kafka, tools, pulse)
    async with asyncio.TaskGroup() as group:
        group.create_task(stores.follower.run())
        group.create_task(loop.run())


def _loop(stores: Stores, producer: KafkaProducer, kafka: KafkaLog, tools: Tools, pulse: Pulse) -> DeliveryLoop:
    settings = LoopSettings(drain_seconds=tools.settings.drain_seconds)
    return DeliveryLoop(
        topic=DETECTIONS.name,
        group=SERVICE,
        types=frozenset({PLATE_READ}),
        handler=_handler(stores, producer, tools),
        consumer=KafkaGroupConsumer(
            tools.settings.kafka,
            DETECTIONS.name,
            SERVICE,
            client_id=SERVICE,
            settings=settings,
        ),
        log=kafka,
        publisher=producer,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=pulse,
        settings=settings,
    )


def _handler(stores: Stores, producer: KafkaProducer, tools: Tools) -> PlateReads:
    settings = tools.settings
    memory = Memory(
        window_seconds=settings.passage_window_seconds,
        kept_seconds=min(settings.settled_seconds, settings.retention_seconds),
        kept_sightings=settings.settled_sightings,
    )
    settlement = Settlement(
        stores.alerts,
        producer,
        memory=memory,
        retention_seconds=settings.retention_seconds,
        clock=tools.clock,
        metrics=tools.metrics,
    )
    return PlateReads(
        stores.watchlist,
        settlement,
        limits=Limits(settings.ring_age_seconds, settings.future_tolerance_seconds),
        retention_seconds=settings.retention_seconds,
        clock=tools.clock,
    )


async def _check_topics(settings: AlertsSettings) -> None:
    """Refuse topics that are missing or other than the contract says: retention and order rest on them."""
    differences = await check_topics(settings.kafka, USED_TOPICS, brokers=settings.kafka_brokers)
    if differences:
        raise ConfigurationError(
            f"Kafka's topics are not as the contract says: {'; '.join(differences)}",
            "make or alter them as docs/events.md lists them; RASID_KAFKA_BROKERS must be the number of brokers",
        )

"""Takes reads and what the archive says from the bus once everything they are compared with is there."""

import asyncio
from dataclasses import dataclass

from rasid.contract.topics import ALERTS, AUDIT, CASES, DETECTIONS, EVIDENCE, Topic, dead_letter_topic
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
from services.alerts.evidence import FACTS, Around
from services.alerts.evidence_handlers import ArchiveFacts
from services.alerts.handlers import PLATE_READ, PlateReads
from services.alerts.rules import Limits
from services.alerts.settings import SERVICE, AlertsSettings
from services.alerts.settlement import Settlement
from services.alerts.settling import Memory
from services.alerts.stores import Stores
from services.alerts.tools import Tools

CONSUMED = (DETECTIONS, EVIDENCE)
USED_TOPICS = (*CONSUMED, *(dead_letter_topic(topic) for topic in CONSUMED), CASES, ALERTS, AUDIT)


@dataclass(frozen=True, slots=True)
class Bus:
    """What is taken from the bus with, and given back to it."""

    producer: KafkaProducer
    kafka: KafkaLog


async def deliver(stores: Stores, bus: Bus, tools: Tools, lifecycle: Lifecycle) -> None:
    """Once the topics are right and the watchlist is in memory, handle every event until the process stops."""
    clock, settings = tools.clock, tools.settings
    pulses = {topic.name: tools.watchdog.pulse(topic.name, settings.watchdog_seconds) for topic in CONSUMED}
    for pulse in pulses.values():
        pulse.rest()
    try:
        await open_when_there("Kafka's topics", lambda: _check_topics(settings), tools.readiness, clock)
    except ConfigurationError as error:
        lifecycle.refuse(error)
        return
    await open_when_there("watchlist", stores.open, tools.readiness, clock)
    reads, facts = _plate_reads(stores, bus, tools), _archive_facts(stores, bus, tools)
    async with asyncio.TaskGroup() as group:
        group.create_task(stores.follower.run())
        for topic, of_group, types, handler in (
            (DETECTIONS, SERVICE, frozenset({PLATE_READ}), reads),
            (EVIDENCE, f"{SERVICE}.evidence", FACTS, facts),
        ):
            loop = _loop(topic, of_group, types, handler, bus=bus, tools=tools, pulse=pulses[topic.name])
            group.create_task(loop.run())


def _loop(
    topic: Topic,
    group: str,
    types: frozenset[str],
    handler: Handler,
    *,
    bus: Bus,
    tools: Tools,
    pulse: Pulse,
) -> DeliveryLoop:
    settings = LoopSettings(drain_seconds=tools.settings.drain_seconds)
    return DeliveryLoop(
        topic=topic.name,
        group=group,
        types=types,
        handler=handler,
        consumer=KafkaGroupConsumer(tools.settings.kafka, topic.name, group, client_id=SERVICE, settings=settings),
        log=bus.kafka,
        publisher=bus.producer,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=pulse,
        settings=settings,
    )


def _plate_reads(stores: Stores, bus: Bus, tools: Tools) -> PlateReads:
    settings = tools.settings
    memory = Memory(
        window_seconds=settings.passage_window_seconds,
        kept_seconds=min(settings.settled_seconds, settings.retention_seconds),
        kept_sightings=settings.settled_sightings,
    )
    settlement = Settlement(
        stores.alerts,
        bus.producer,
        memory=memory,
        around=Around(settings.clip_before_seconds, settings.clip_after_seconds),
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


def _archive_facts(stores: Stores, bus: Bus, tools: Tools) -> ArchiveFacts:
    return ArchiveFacts(stores.alerts, bus.producer, clock=tools.clock, metrics=tools.metrics)


async def _check_topics(settings: AlertsSettings) -> None:
    """Refuse topics that are missing or other than the contract says: retention and order rest on them."""
    differences = await check_topics(settings.kafka, USED_TOPICS, brokers=settings.kafka_brokers)
    if differences:
        raise ConfigurationError(
            f"Kafka's topics are not as the contract says: {'; '.join(differences)}",
            "make or alter them as docs/events.md lists them; RASID_KAFKA_BROKERS must be the number of brokers",
        )

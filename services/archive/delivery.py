"""Takes requests and alerts from the bus once the database is there, and sweeps."""

import asyncio

from rasid.contract.topics import ALERTS, EVIDENCE, Topic
from rasid.errors import ConfigurationError
from rasid.runtime.opening import open_when_there
from rasid.runtime.serve import Lifecycle
from rasid.runtime.watchdog import Pulse
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.delivery import Handler
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.settings import LoopSettings
from services.archive.engines import Engines
from services.archive.handlers import ALERT_RAISED, EVIDENCE_REQUESTED, AlertTimes, EvidenceRequests
from services.archive.settings import SERVICE
from services.archive.sweeping import Sweep
from services.archive.tools import Tools


async def deliver(engines: Engines, sweep: Sweep, tools: Tools, lifecycle: Lifecycle) -> None:
    """Once the topics are right and the database is there, do what comes until the process stops."""
    pulses = {topic.name: _resting(f"events of {topic.name}", tools) for topic in (EVIDENCE, ALERTS)}
    try:
        await open_when_there("Kafka's topics", engines.check_topics, tools.readiness, tools.clock)
    except ConfigurationError as error:
        lifecycle.refuse(error)
        return
    await open_when_there("the database", engines.open, tools.readiness, tools.clock)
    requests = EvidenceRequests(engines.store, kept_seconds=tools.settings.retention_seconds)
    alerts = AlertTimes(engines.store, clock=tools.clock)
    async with asyncio.TaskGroup() as group:
        for topic, type_name, handler in ((EVIDENCE, EVIDENCE_REQUESTED, requests), (ALERTS, ALERT_RAISED, alerts)):
            loop = _loop(topic, type_name, handler, engines=engines, tools=tools, pulse=pulses[topic.name])
            group.create_task(loop.run())
        group.create_task(sweep.run())


def _resting(name: str, tools: Tools) -> Pulse:
    pulse = tools.watchdog.pulse(name, tools.settings.watchdog_seconds)
    pulse.rest()
    return pulse


def _loop(
    topic: Topic, type_name: str, handler: Handler, *, engines: Engines, tools: Tools, pulse: Pulse
) -> DeliveryLoop:
    settings = LoopSettings(drain_seconds=tools.settings.drain_seconds)
    client_id = f"{SERVICE}-{topic.name}"
    return DeliveryLoop(
        topic=topic.name,
        group=SERVICE,
        types=frozenset({type_name}),
        handler=handler,
        consumer=KafkaGroupConsumer(tools.settings.kafka, topic.name, SERVICE, client_id=client_id, settings=settings),
        log=engines.kafka,
        publisher=engines.producer,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=pulse,
        settings=settings,
    )

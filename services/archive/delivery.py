"""Takes requests and alerts from the bus once the database is there, and sweeps."""

import asyncio

from rasid.contract.topics import ALERTS, EVIDENCE
from rasid.service.delivery import Taken, delivery_loop, is_opened, topics_are_there
from rasid.service.tools import Tools
from services.archive.engines import USED_TOPICS, Engines
from services.archive.handlers import ALERT_RAISED, EVIDENCE_REQUESTED, AlertTimes, EvidenceRequests
from services.archive.settings import SERVICE, ArchiveSettings
from services.archive.sweeping import Sweep


async def deliver(engines: Engines, sweep: Sweep, tools: Tools[ArchiveSettings]) -> None:
    """Once the topics are right and the database is there, do what comes until the process stops."""
    pulses = [tools.resting_pulse(f"events of {topic.name}") for topic in (EVIDENCE, ALERTS)]
    if not await topics_are_there(USED_TOPICS, tools):
        return
    if not await is_opened("the database", engines.open, tools):
        return
    requests = EvidenceRequests(engines.store, kept_seconds=tools.settings.retention_seconds)
    alerts = AlertTimes(engines.store, clock=tools.clock)
    taken = (
        Taken(EVIDENCE, SERVICE, frozenset({EVIDENCE_REQUESTED}), requests),
        Taken(ALERTS, SERVICE, frozenset({ALERT_RAISED}), alerts),
    )
    async with asyncio.TaskGroup() as group:
        for one, pulse in zip(taken, pulses, strict=True):
            group.create_task(delivery_loop(one, engines.bus, tools, pulse).run())
        group.create_task(sweep.run())

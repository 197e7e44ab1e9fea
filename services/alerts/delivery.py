"""Takes reads and what the archive says from the bus once everything they are compared with is there."""

import asyncio

from rasid.contract.topics import ALERTS, AUDIT, CASES, DETECTIONS, EVIDENCE, dead_letter_topic
from rasid.service.connections import Bus, expiry_watch
from rasid.service.delivery import Taken, delivery_loop, is_opened, topics_are_there
from rasid.service.tools import Tools
from services.alerts.evidence import FACTS, Around
from services.alerts.evidence_handlers import ArchiveFacts
from services.alerts.handlers import PLATE_READ, PlateReads
from services.alerts.indexes import INDEXES
from services.alerts.rules import Limits
from services.alerts.settings import SERVICE, AlertsSettings
from services.alerts.settlement import Settlement
from services.alerts.settling import Memory
from services.alerts.standing import Standing
from services.alerts.stores import Stores
from services.alerts.withdrawing import Withdrawals

CONSUMED = (DETECTIONS, EVIDENCE)
USED_TOPICS = (*CONSUMED, *(dead_letter_topic(topic) for topic in CONSUMED), CASES, ALERTS, AUDIT)


async def deliver(
    stores: Stores, bus: Bus, tools: Tools[AlertsSettings], standing: Standing, withdrawals: Withdrawals
) -> None:
    """Once the topics are right, and what events are compared with is in memory, handle all until the process stops."""
    pulses = [tools.resting_pulse(topic.name) for topic in CONSUMED]
    if not await topics_are_there(USED_TOPICS, tools):
        return
    if not await is_opened("watchlist", stores.open, tools):
        return
    await standing.ready()
    facts = ArchiveFacts(stores.alerts, bus.producer, clock=tools.clock, metrics=tools.metrics)
    taken = (
        Taken(DETECTIONS, SERVICE, frozenset({PLATE_READ}), _plate_reads(stores, bus, tools, standing)),
        Taken(EVIDENCE, f"{SERVICE}.evidence", FACTS, facts),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(stores.follower.run())
        group.create_task(withdrawals.run())
        group.create_task(expiry_watch(stores.mongo, INDEXES, tools).run())
        for one, pulse in zip(taken, pulses, strict=True):
            group.create_task(delivery_loop(one, bus, tools, pulse).run())


def _plate_reads(stores: Stores, bus: Bus, tools: Tools[AlertsSettings], standing: Standing) -> PlateReads:
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
        may_ring=standing.may_ring,
        limits=Limits(settings.ring_age_seconds, settings.future_tolerance_seconds),
        retention_seconds=settings.retention_seconds,
        clock=tools.clock,
    )

"""Says that casework is alive, ends what has run out and links what is told, once everything it needs is there."""

import asyncio
from dataclasses import dataclass
from functools import partial

from rasid.contract.topics import ALERTS, AUDIT, CASES, EVIDENCE, dead_letter_topic
from rasid.service.connections import Bus
from rasid.service.delivery import Taken, delivery_loop, is_opened, topics_are_there
from rasid.service.tools import Tools
from rasid.storage.mongo import Mongo
from rasid.storage.opening import open_database
from services.casework.deadlines import Deadlines
from services.casework.handlers import ALERT_RAISED, EVIDENCE_STORED, SelfLinks
from services.casework.heart import Heart
from services.casework.indexes import INDEXES
from services.casework.settings import SERVICE, CaseworkSettings

CONSUMED = (ALERTS, EVIDENCE)
USED_TOPICS = (*CONSUMED, *(dead_letter_topic(topic) for topic in CONSUMED), CASES, AUDIT)


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs until the process stops."""

    mongo: Mongo
    bus: Bus
    heart: Heart
    deadlines: Deadlines
    links: SelfLinks


async def deliver(parts: Parts, tools: Tools[CaseworkSettings]) -> None:
    """Once the topics are right and the database is there, do it all until the process stops."""
    beating, ending = (tools.resting_pulse(part) for part in ("the heartbeat", "what has run out"))
    pulses = [tools.resting_pulse(f"events of {topic.name}") for topic in CONSUMED]
    open_store = partial(open_database, parts.mongo, INDEXES, tools.clock)
    if not await topics_are_there(USED_TOPICS, tools) or not await is_opened("the database", open_store, tools):
        return
    taken = (
        Taken(ALERTS, SERVICE, frozenset({ALERT_RAISED}), parts.links),
        Taken(EVIDENCE, f"{SERVICE}.evidence", frozenset({EVIDENCE_STORED}), parts.links),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(parts.heart.run(beating))
        group.create_task(parts.deadlines.run(ending))
        for one, pulse in zip(taken, pulses, strict=True):
            group.create_task(delivery_loop(one, parts.bus, tools, pulse).run())

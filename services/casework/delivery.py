"""Says that casework is alive and ends what has run out, once everything it needs is there."""

import asyncio

from rasid.contract.topics import AUDIT, CASES
from rasid.service.delivery import is_opened, topics_are_there
from rasid.service.tools import Tools
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from services.casework.deadlines import Deadlines
from services.casework.heart import Heart
from services.casework.indexes import INDEXES
from services.casework.settings import CaseworkSettings

USED_TOPICS = (CASES, AUDIT)


async def deliver(mongo: Mongo, heart: Heart, deadlines: Deadlines, tools: Tools[CaseworkSettings]) -> None:
    """Until the process stops."""
    beating, ending = (tools.resting_pulse(part) for part in ("the heartbeat", "what has run out"))

    async def open_store() -> None:
        await mongo.ping()
        await ensure_indexes(mongo, INDEXES)

    if not await topics_are_there(USED_TOPICS, tools) or not await is_opened("the database", open_store, tools):
        return
    async with asyncio.TaskGroup() as group:
        group.create_task(heart.run(beating))
        group.create_task(deadlines.run(ending))

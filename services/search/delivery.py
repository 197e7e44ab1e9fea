"""Takes reads and reports from the bus once there is a place to put them."""

import asyncio

from rasid.contract.topics import AUDIT, CAMERAS, CASES, DETECTIONS, DEVICE_HEALTH, dead_letter_topic
from rasid.service.connections import Bus, expiry_watch
from rasid.service.delivery import Taken, delivery_loop, is_opened, topics_are_there
from rasid.service.tools import Tools
from rasid.stream.settings import LoopSettings
from services.search.handlers import READS, REPORTS, Reads, Reports
from services.search.indexes import INDEXES
from services.search.settings import SERVICE, SearchSettings
from services.search.stores import Stores

USED_TOPICS = (
    *(DETECTIONS, dead_letter_topic(DETECTIONS)),
    *(DEVICE_HEALTH, dead_letter_topic(DEVICE_HEALTH)),
    *(CAMERAS, CASES, AUDIT),
)
# A batch of reads is about as large: the fuller it is, the less each read costs the database.
FETCH_BYTES = 1024 * 1024


async def deliver(stores: Stores, bus: Bus, tools: Tools[SearchSettings]) -> None:
    """Once the topics are right and the stores are open, take every read and report until the process stops."""
    pulses = [tools.resting_pulse(part) for part in ("reads", "reports")]
    if not await topics_are_there(USED_TOPICS, tools):
        return
    if not await is_opened("the database", stores.open, tools):
        return
    reports = Reports(stores.cameras, retention=stores.retention, clock=tools.clock)
    # Each has a group of its own: a rebalance of one is none of the other.
    taken = (
        Taken(DETECTIONS, SERVICE, READS, _reads(stores, tools)),
        Taken(DEVICE_HEALTH, f"{SERVICE}.device-health", REPORTS, reports),
    )
    settings = LoopSettings(batch_records=tools.settings.batch_records, fetch_bytes=FETCH_BYTES)
    async with asyncio.TaskGroup() as group:
        group.create_task(stores.run())
        group.create_task(expiry_watch(stores.mongo, INDEXES, tools).run())
        for one, pulse in zip(taken, pulses, strict=True):
            group.create_task(delivery_loop(one, bus, tools, pulse, settings=settings).run())


def _reads(stores: Stores, tools: Tools[SearchSettings]) -> Reads:
    return Reads(
        stores.passages,
        stores.plates,
        stores.cameras,
        retention=stores.retention,
        clock=tools.clock,
        metrics=tools.metrics,
    )

"""The archive's connections to its engines, and what is checked of each before it may be used."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from rasid.contract.topics import ALERTS, AUDIT, CAMERAS, CASES, EVIDENCE, Topic, dead_letter_topic
from rasid.service.connections import Bus, connect_bus, connect_mongo
from rasid.service.object_store import connect_objects
from rasid.service.tools import Tools
from rasid.storage.mongo import Mongo
from rasid.storage.objects import LockedBucket, Verdict, prove_lock
from rasid.storage.opening import open_database
from rasid.storage.outbox import MongoOutbox
from services.archive import store
from services.archive.clip_store import BucketClips
from services.archive.indexes import INDEXES
from services.archive.settings import ArchiveSettings
from services.archive.store import MongoStore

USED_TOPICS: Sequence[Topic] = (
    *(EVIDENCE, dead_letter_topic(EVIDENCE), ALERTS, dead_letter_topic(ALERTS)),
    *(CASES, CAMERAS, AUDIT),
)


@dataclass(frozen=True, slots=True)
class Engines:
    """The connections. The object store's credential is the archive's own, which steps over no lock."""

    bus: Bus
    mongo: Mongo
    store: MongoStore
    outbox: MongoOutbox
    bucket: LockedBucket
    clips: BucketClips
    tools: Tools[ArchiveSettings]

    async def open(self) -> None:
        """Make the indexes: from then on evidence can be read and noted. Raises Unavailable."""
        await open_database(self.mongo, INDEXES, self.tools.clock)

    async def prove_lock(self) -> Verdict:
        """Make the bucket if need be, and try its lock. Raises Unavailable and ConfigurationError."""
        await self.bucket.ensure()
        return await prove_lock(self.bucket, self.tools.clock.now(), self.tools.ids)


async def connect(tools: Tools[ArchiveSettings], stack: AsyncExitStack) -> Engines:
    """Connect to what is there; the rest is waited for. `stack` ends the connections."""
    settings = tools.settings
    mongo = await connect_mongo(tools, stack)
    bucket = LockedBucket(connect_objects(tools, stack), settings.evidence_bucket)
    return Engines(
        bus=await connect_bus(tools, stack),
        mongo=mongo,
        store=MongoStore(mongo),
        outbox=MongoOutbox(mongo, [store.EVIDENCE], tools.clock),
        bucket=bucket,
        clips=BucketClips(bucket),
        tools=tools,
    )

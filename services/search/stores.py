"""What the service keeps in its database, and what of it is also in memory."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from rasid.runtime.clock import Clock
from rasid.storage.changes import ChangeFollower
from rasid.storage.mongo import Mongo
from services.search.camera_store import MongoCameraStore
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.plate_store import MongoPlateStore
from services.search.store import MongoPassageStore
from services.search.tools import Tools

TIDY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Passages; plates and cameras with their memory and what keeps it in step."""

    mongo: Mongo
    passages: MongoPassageStore
    plates: MongoPlateStore
    cameras: MongoCameraStore
    lexicon: Lexicon
    knowledge: Knowledge
    followers: tuple[ChangeFollower, ...]
    clock: Clock
    retention: timedelta

    async def open(self) -> None:
        """Make the indexes and load what is kept in memory. Raises Unavailable."""
        await self.mongo.ping()
        await self.passages.prepare()
        await self.plates.prepare()
        await self.cameras.prepare(self.clock.now())
        for follower in self.followers:
            await follower.prepare()
            await follower.look()

    async def run(self) -> None:
        """Keep the memory in step with the database, and let go of what has expired, for ever."""
        async with asyncio.TaskGroup() as group:
            for follower in self.followers:
                group.create_task(follower.run())
            group.create_task(self._tidy())

    async def _tidy(self) -> None:
        while True:
            await self.clock.sleep(TIDY_SECONDS)
            self.lexicon.forget(self.clock.now())
            self.knowledge.forget(self.clock.now() - self.retention)


def make_stores(mongo: Mongo, tools: Tools) -> Stores:
    """The stores on a database; `open` them before use."""
    lexicon, knowledge = Lexicon(), Knowledge()
    retention = timedelta(seconds=tools.settings.retention_seconds)
    plates = MongoPlateStore(mongo, lexicon)
    cameras = MongoCameraStore(mongo, knowledge, retention)

    def on_plates(trouble: str | None) -> None:
        tools.metrics.lexicon_plates.set(len(lexicon))
        tools.readiness.told("the lexicon of plates", trouble)

    followers = (
        plates.follower(on_plates, tools.clock),
        cameras.follower(partial(tools.readiness.told, "knowledge of the cameras"), tools.clock),
    )
    return Stores(
        mongo=mongo,
        passages=MongoPassageStore(mongo),
        plates=plates,
        cameras=cameras,
        lexicon=lexicon,
        knowledge=knowledge,
        followers=followers,
        clock=tools.clock,
        retention=retention,
    )

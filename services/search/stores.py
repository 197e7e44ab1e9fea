"""What the service keeps in its database, and what of it is also in memory."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.service.tools import Tools
from rasid.storage.changes import SETTLE_SECONDS, ChangeFollower
from rasid.storage.mongo import Mongo
from rasid.storage.opening import open_database
from services.search.camera_store import MongoCameraStore
from services.search.indexes import INDEXES
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.lookback_store import MongoLookbackStore
from services.search.plate_store import MongoPlateStore
from services.search.settings import SearchSettings
from services.search.store import MongoPassageStore

TIDY_SECONDS = 600.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Passages, consents; plates and cameras with their memory and what keeps it in step."""

    mongo: Mongo
    passages: MongoPassageStore
    plates: MongoPlateStore
    cameras: MongoCameraStore
    lookbacks: MongoLookbackStore
    lexicon: Lexicon
    knowledge: Knowledge
    plate_follower: ChangeFollower
    camera_follower: ChangeFollower
    clock: Clock
    retention: timedelta

    async def open(self) -> None:
        """Make the indexes and load what is kept in memory. Raises Unavailable."""
        await open_database(self.mongo, INDEXES, self.clock)
        await self.cameras.begin(self.clock.now())
        self.plate_follower.begin(await self.plates.load())
        await self.camera_follower.look()

    async def run(self) -> None:
        """Keep the memory in step with the database, and let go of what has expired, for ever."""
        async with asyncio.TaskGroup() as group:
            for follower in (self.plate_follower, self.camera_follower):
                group.create_task(follower.run())
            group.create_task(self._load_again())
            group.create_task(self._tidy())

    async def _load_again(self) -> None:
        """Once more, for what others were writing while it was read first."""
        is_loaded = False
        while not is_loaded:
            await self.clock.sleep(SETTLE_SECONDS)
            try:
                await self.plates.load()
            except Unavailable as error:
                log.warning("the lexicon is loaded again later", why=error.detail)
            else:
                is_loaded = True

    async def _tidy(self) -> None:
        while True:
            await self.clock.sleep(TIDY_SECONDS)
            self.lexicon.forget(self.clock.now())
            self.knowledge.forget(self.clock.now() - self.retention)


def make_stores(mongo: Mongo, tools: Tools[SearchSettings]) -> Stores:
    """The stores on a database; `open` them before use."""
    lexicon, knowledge = Lexicon(), Knowledge()
    retention = timedelta(seconds=tools.settings.retention_seconds)
    plates = MongoPlateStore(mongo, lexicon)
    cameras = MongoCameraStore(mongo, knowledge, retention)

    def on_plates(trouble: str | None) -> None:
        tools.metrics.lexicon_plates.set(len(lexicon))
        tools.readiness.told("the lexicon of plates", trouble)

    return Stores(
        mongo=mongo,
        passages=MongoPassageStore(mongo),
        plates=plates,
        cameras=cameras,
        lookbacks=MongoLookbackStore(mongo),
        lexicon=lexicon,
        knowledge=knowledge,
        plate_follower=plates.follower(on_plates, tools.clock),
        camera_follower=cameras.follower(
            partial(tools.readiness.told, "knowledge of the cameras"),
            tools.clock,
        ),
        clock=tools.clock,
        retention=retention,
    )

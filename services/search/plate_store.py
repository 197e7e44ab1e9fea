"""The distinct plates in MongoDB, and the lexicon in memory that follows them, in every process."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD, ChangeCounter, ChangeFollower
from rasid.storage.mongo import Collection, Document, Mongo
from services.search.lexicon import Lexicon, kept_until

PLATES = "plates"
LOAD = 10_000
# After every plate there is: both ends of a range are given.
LAST_PLATE = "\U0010ffff"


class MongoPlateStore:
    """The collection `plates`: a document a plate, until the last passage of it has expired."""

    def __init__(self, mongo: Mongo, lexicon: Lexicon) -> None:
        self._plates: Collection = mongo.collection(PLATES)
        self._counter = ChangeCounter(mongo, PLATES)
        self._lexicon = lexicon
        self._learning: dict[str, datetime] = {}

    def follower(self, on_state: Callable[[str | None], None], clock: Clock) -> ChangeFollower:
        """What brings the lexicon up to what other processes learn; begin it after what `load` returns."""
        return ChangeFollower(self._counter, self._plates, self._apply, clock=clock, on_state=on_state)

    async def load(self) -> int:
        """Read every plate, in pieces, for there may be millions; returns the newest number there was before."""
        newest = await self._counter.last()
        last = ""
        while rows := await self._plates.find({"_id": {"$gt": last, "$lt": LAST_PLATE}}, sort=[("_id", 1)], limit=LOAD):
            for row in rows:
                self._apply(row)
            last = rows[-1]["_id"]
        return newest

    async def learn(self, plates: Iterable[tuple[str, datetime]], now: datetime) -> None:
        """Know plates, each until its passage's `expires_at`; what is known that long already costs nothing.

        A plate that another batch is learning is left to it: as long as that one is not done, neither is its offset.
        """
        wanted: dict[str, datetime] = {}
        for plate, expires_at in plates:
            if self._lexicon.outlasts(plate, expires_at):
                continue
            until = kept_until(expires_at)
            if until > max(now, self._learning.get(plate, now)):
                wanted[plate] = max(until, wanted.get(plate, until))
        self._learning |= wanted
        try:
            await self._write(wanted)
        finally:
            for plate in wanted:
                self._learning.pop(plate, None)
        for plate, until in wanted.items():
            self._lexicon.put(plate, until)

    async def _write(self, wanted: Mapping[str, datetime]) -> None:
        if not wanted:
            return
        first = await self._counter.take(len(wanted))
        documents: list[Document] = [
            {"_id": plate, "expires_at": until, FIELD: number}
            for number, (plate, until) in enumerate(wanted.items(), first)
        ]
        there = await self._plates.insert_many(documents)
        again = [
            ({"_id": row["_id"]}, {"$max": {"expires_at": row["expires_at"], FIELD: row[FIELD]}})
            for row in documents
            if row["_id"] in there
        ]
        await self._plates.update_many(again)

    def _apply(self, document: Document) -> None:
        self._lexicon.put(document["_id"], document["expires_at"])

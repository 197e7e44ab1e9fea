"""What was heard of the cameras, in MongoDB, a document a camera and day; the knowledge in memory follows it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rasid.contract.fields import parse_utc
from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD, ChangeCounter, ChangeFollower
from rasid.storage.mongo import Collection, Document, Mongo
from services.search.camera_day import CameraDay, united
from services.search.documents import from_document
from services.search.knowledge import Knowledge

CAMERA_DAYS = "camera_days"
FACTS = "facts"
BEGINNING = "beginning"
# After every identifier there is: both ends of a range are given.
LAST_KEY = "~"


class MongoCameraStore:
    """The collection `camera_days`, and in `facts` since when there is one."""

    def __init__(self, mongo: Mongo, knowledge: Knowledge, retention: timedelta) -> None:
        self._days: Collection = mongo.collection(CAMERA_DAYS)
        self._facts: Collection = mongo.collection(FACTS)
        self._counter = ChangeCounter(mongo, CAMERA_DAYS)
        self._knowledge = knowledge
        self._retention = retention

    async def begin(self, now: datetime) -> None:
        """Note since when anything is known: from the first start on."""
        found = await self._facts.update({"_id": BEGINNING}, {"$min": {"at": now}}, upsert=True)
        self._knowledge.since = (found or {"at": now})["at"]

    def follower(self, on_state: Callable[[str | None], None], clock: Clock) -> ChangeFollower:
        """What brings the knowledge up to what other processes have heard."""
        return ChangeFollower(self._counter, self._days, self._apply, clock=clock, on_state=on_state)

    async def beginning(self) -> datetime:
        """Since when anything is known; raises LookupError before the first start."""
        found = await self._facts.find_one({"_id": BEGINNING})
        if found is None:
            raise LookupError("this database has never been search's")
        began_at: datetime = found["at"]
        return began_at

    async def days(self, after: str, limit: int) -> list[CameraDay]:
        """Cameras' days in the order of their keys, for whoever reads all of them."""
        rows = await self._days.find({"_id": {"$gt": after, "$lt": LAST_KEY}}, sort=[("_id", 1)], limit=limit)
        return [from_document(row, CameraDay, "key") for row in rows]

    async def heard(self, days: Iterable[CameraDay]) -> None:
        """Remember signs of life and changes of links; what is known already costs nothing."""
        new = [day for day in united(days) if not self._knowledge.has(day)]
        if not new:
            return
        first = await self._counter.take(len(new))
        await self._days.update_many([self._change(day, number) for number, day in enumerate(new, first)])
        for day in new:
            self._knowledge.put(day)

    def _change(self, day: CameraDay, number: int) -> tuple[Document, Document]:
        links = msgspec.to_builtins(sorted(day.links), builtin_types=(datetime,))
        made: dict[str, Any] = {
            "camera_id": day.camera_id,
            "day": day.day,
            "expires_at": parse_utc(f"{day.day}T00:00:00Z") + timedelta(days=1) + self._retention,
        }
        added = {"hours": {"$each": sorted(day.hours)}, "links": {"$each": links}}
        return {"_id": day.key}, {"$addToSet": added, "$max": {FIELD: number}, "$setOnInsert": made}

    def _apply(self, document: Document) -> None:
        self._knowledge.put(from_document(document, CameraDay, "key"))

"""How cameras read, in MongoDB: each process adds what it counted, one of them judges.

Documents: `{_id, days: {<ordinal>: {hours, unreadable, rated, confidence}}, worse: {<ordinal>: [sign]}, told, judged}`.
"""

from collections.abc import Mapping

import msgspec

from rasid.storage.mongo import Collection, Document
from services.ingest.watch.quality import Day, Record

CAMERAS = "camera_quality"


class MongoQuality:
    """What cameras' days were like. Every method raises Unavailable."""

    def __init__(self, cameras: Collection) -> None:
        self._cameras = cameras

    async def add(self, days: Mapping[tuple[str, int], Day]) -> None:
        """Add what was counted, by camera and day; twice, after an answer that was lost, makes nothing worse."""
        await self._cameras.update_many(
            [({"_id": camera_id}, {"$inc": _counts(f"days.{day}", one)}) for (camera_id, day), one in days.items()],
        )

    async def all(self) -> dict[str, Record]:
        """Every camera that was ever counted."""
        return {one["_id"]: _record(one) for one in await self._cameras.find({})}

    async def keep(self, camera_id: str, before: Record, after: Record) -> None:
        """A day was judged; what other processes count meanwhile is not touched."""
        kept = msgspec.to_builtins(after, str_keys=True)
        change: Document = {"$set": {name: kept[name] for name in ("worse", "told", "judged")}}
        if gone := before.days.keys() - after.days.keys():
            change["$unset"] = {f"days.{day}": "" for day in gone}
        await self._cameras.update({"_id": camera_id}, change)


def _counts(path: str, day: Day) -> dict[str, float]:
    hours = {f"{path}.hours.{hour}": number for hour, number in day.hours.items()}
    rest = {"unreadable": day.unreadable, "rated": day.rated, "confidence": day.confidence}
    return hours | {f"{path}.{name}": number for name, number in rest.items() if number}


def _record(document: Document) -> Record:
    return msgspec.convert({name: document[name] for name in document if name != "_id"}, Record, strict=False)

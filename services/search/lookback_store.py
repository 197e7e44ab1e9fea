"""Consents to look back, in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rasid.runtime.paging import Cursor
from rasid.storage.mongo import Collection, Document, Duplicate, Mongo
from services.search.documents import from_document, to_document
from services.search.lookback import Lookback

LOOKBACKS = "lookbacks"
KEY = "lookback_id"
NEWEST_FIRST = (("asked_at", -1), ("_id", -1))


class MongoLookbackStore:
    """The collection `lookbacks`; what has expired is not there any more."""

    def __init__(self, mongo: Mongo) -> None:
        self._lookbacks: Collection = mongo.collection(LOOKBACKS)

    async def lookback(self, lookback_id: str, now: datetime) -> Lookback | None:
        """One of them."""
        found = await self._lookbacks.find_one({"_id": lookback_id, "expires_at": {"$gt": now}})
        return None if found is None else _read(found)

    async def save(self, lookback: Lookback, over: int) -> bool:
        """Write it over its revision `over` (0: there is none); False when that is not what is there."""
        document = to_document(lookback, KEY)
        try:
            if over == 0:
                await self._lookbacks.insert(document)
                return True
            return await self._lookbacks.replace({"_id": lookback.lookback_id, "revision": over}, document)
        except Duplicate:
            return False

    async def page(
        self, agency: str, case_id: str | None, after: Cursor | None, limit: int, now: datetime
    ) -> Sequence[Lookback]:
        """Those of an agency that wait for a decision, newest first; of one case, or of every one (None)."""
        query: dict[str, Any] = {"agency": agency, "is_open": True, "expires_at": {"$gt": now}}
        if case_id is not None:
            query["consent.case_id"] = case_id
        if after is not None:
            earlier = {"asked_at": {"$lt": after.at}}
            query["$or"] = [earlier, {"asked_at": after.at, "_id": {"$lt": after.row_id}}]
        rows = await self._lookbacks.find(query, sort=NEWEST_FIRST, limit=limit)
        return [_read(row) for row in rows]


def _read(document: Document) -> Lookback:
    return from_document(document, Lookback, KEY)

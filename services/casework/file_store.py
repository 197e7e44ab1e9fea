"""The files of cases in MongoDB: lines are written once and never changed."""

from typing import Any

import msgspec

from rasid.runtime.paging import Cursor
from rasid.storage.mongo import Document, Duplicate, Mongo
from services.casework.file import Entry
from services.casework.store import beyond, to_document, until

FILES = "files"


class MongoFiles:
    """One collection, `files`, a document for each line."""

    def __init__(self, mongo: Mongo) -> None:
        self._files = mongo.collection(FILES)

    async def write(self, entry: Entry) -> Entry:
        """Add a line unless one with its id is there, and return what is stored."""
        try:
            await self._files.insert(to_document(entry))
        except Duplicate:
            return await self.entry(entry.entry_id) or entry
        return entry

    async def entry(self, entry_id: str) -> Entry | None:
        """One line."""
        found = await self._files.find_one({"_id": entry_id})
        return None if found is None else _read(found)

    async def page(self, case_id: str, after: Cursor | None, limit: int) -> list[Entry]:
        """Up to `limit` lines of a case, newest first."""
        wanted: dict[str, Any] = {"case_id": case_id, **until("at", after), "$and": [beyond("at", after)]}
        found = await self._files.find(wanted, sort=[("at", -1), ("_id", -1)], limit=limit)
        return [_read(document) for document in found]

    async def links(self, case_id: str) -> list[Entry]:
        """Every line of a case that links or ends a link, oldest first."""
        wanted = {"case_id": case_id, **until("at", None), "kind": {"$in": ["link", "unlink"]}}
        return [_read(document) for document in await self._files.find(wanted, sort=[("at", 1), ("_id", 1)])]


def _read(document: Document) -> Entry:
    return msgspec.convert(document, Entry)

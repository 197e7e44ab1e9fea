"""The history of the registry in MongoDB: written with the change in the same document, then filed by itself.

A document carries the changes that are not filed yet (`unfiled`), so that none is lost and none is told that was not
made; whoever comes by moves them to a collection of their own, under their number: twice is as good as once. Nothing
here changes or deletes what is filed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from rasid.runtime.clock import Clock
from rasid.runtime.rounds import go_round
from rasid.storage.changes import LAST
from rasid.storage.indexes import Index
from rasid.storage.mongo import Collection, Document, Mongo
from services.ingest.registry.entries import CAMERAS, SITES
from services.ingest.registry.history import Change

HISTORY = "registry_history"
FIELD = "unfiled"
FILE_SECONDS = 5.0
# A demo's engine writes some hundred documents a second.
CHUNK = 100
INDEXES = (
    *(Index(table.name, ((f"{FIELD}.number", 1),), sparse=True) for table in (CAMERAS, SITES)),
    Index(HISTORY, (("kind", 1), ("key", 1), ("_id", -1))),
    Index(HISTORY, (("by.subject", 1), ("_id", -1))),
)


def unfiled(change: Change) -> list[Document]:
    """What a document carries of a change that it goes through: push it onto `unfiled`."""
    return [{"number": change.number, "change": msgspec.json.encode(change)}]


class MongoHistory:
    """What has been filed, and the filing."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._tables = [mongo.collection(table.name) for table in (CAMERAS, SITES)]
        self._filed = mongo.collection(HISTORY)
        self._clock = clock

    async def run(self) -> None:
        """File every few seconds, for ever; a database that is away is waited for."""
        trouble = "the registry's history cannot be filed"
        await go_round(self.file, every_seconds=FILE_SECONDS, clock=self._clock, trouble=trouble, rests_first=True)

    async def file(self) -> None:
        """File what documents carry; raises Unavailable."""
        for table in self._tables:
            while await self._file_some(table) == CHUNK:
                pass

    async def page(self, before: int | None, limit: int, where: Mapping[str, str]) -> list[Change]:
        """Up to `limit` changes before the number `before`, the latest first. `where`: kind, key, by.subject."""
        query = {**where, "_id": {"$gt": 0, "$lt": LAST if before is None else before}}
        return [_change(one) for one in await self._filed.find(query, sort=[("_id", -1)], limit=limit)]

    async def _file_some(self, table: Collection) -> int:
        waiting = {f"{FIELD}.number": {"$gt": 0, "$lt": LAST}}
        documents = await table.find(waiting, limit=CHUNK, fields=[FIELD])
        await self._filed.insert_many([_document(one["change"]) for document in documents for one in document[FIELD]])
        await table.update_many(
            [
                ({"_id": document["_id"]}, {"$pull": {FIELD: {"number": {"$lte": document[FIELD][-1]["number"]}}}})
                for document in documents
            ],
            upsert=False,
        )
        return len(documents)


def _document(change: bytes) -> Document:
    found = msgspec.json.decode(change, type=Change)
    document: dict[str, Any] = msgspec.to_builtins(found, builtin_types=(datetime,))
    return {"_id": document.pop("number"), **document}


def _change(document: Document) -> Change:
    return msgspec.convert({**document, "number": document["_id"]}, Change)

"""Watchlist entries in MongoDB, with numbered changes for the replicas that keep them in memory."""

from collections.abc import Callable
from collections.abc import Collection as Many
from datetime import datetime
from typing import Any

from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD, ChangeCounter, ChangeFollower
from rasid.storage.mongo import Document, Duplicate, Mongo
from services.alerts.entry import Entry
from services.alerts.ports import CovertQuery, EntryQuery
from services.alerts.store import from_document, to_document

ENTRIES = "entries"
# Sorts after every id: ids are lower-case ASCII. Both ends of a range are given (the engines read everything else).
AFTER_ALL_IDS = "~"
# Entries that are erased at a time; the next look takes the next.
MOST = 1000
# What matching needs; the former versions of entries stay where they are.
MATCHED_FIELDS = tuple(name for name in Entry.__struct_encode_fields__ if name != "history")


class MongoEntryStore:
    """One collection, `entries`. Nothing is ever removed from it; of what is erased it keeps that it was."""

    def __init__(self, mongo: Mongo) -> None:
        self._entries = mongo.collection(ENTRIES)
        self._changes = ChangeCounter(mongo, ENTRIES)

    def follower(
        self,
        apply: Callable[[Entry], None],
        on_state: Callable[[str | None], None],
        clock: Clock,
    ) -> ChangeFollower:
        """What keeps entries in memory in step with this store; `on_state` is told whether the store answers."""
        return ChangeFollower(
            self._changes,
            self._entries,
            lambda document: apply(from_document(document, Entry)),
            clock=clock,
            fields=MATCHED_FIELDS,
            on_state=on_state,
        )

    async def add_entry(self, entry: Entry) -> Entry:
        """Add an entry unless one with its id is there, and return what is stored."""
        try:
            await self._entries.insert(await self._numbered(entry))
        except Duplicate:
            found = await self._entries.find_one({"_id": entry.entry_id})
            return entry if found is None else from_document(found, Entry)
        return entry

    async def save_entry(self, entry: Entry) -> bool:
        """Store the next version of an entry; False when it changed meanwhile."""
        before = {"_id": entry.entry_id, "version": entry.version - 1}
        return await self._entries.replace(before, await self._numbered(entry))

    async def entry(self, agency: str, list_id: str, entry_id: str) -> Entry | None:
        """One entry of a list of an agency."""
        found = await self._entries.find_one({"_id": entry_id, "agency": agency, "list_id": list_id})
        return None if found is None else from_document(found, Entry)

    async def entries(self, query: EntryQuery, now: datetime) -> list[Entry]:
        """A page of a list, in the order of the entries' ids."""
        wanted: dict[str, Any] = {
            "agency": query.agency,
            "list_id": query.list_id,
            "_id": {"$gt": query.after, "$lt": AFTER_ALL_IDS},
            "$and": [{"$or": [{"covert": None}, {"case_id": query.case_id}]}],
        }
        if not query.with_ended:
            wanted["$or"] = [{"terms.valid_to": None}, {"terms.valid_to": {"$gt": now}}]
        found = await self._entries.find(wanted, sort=[("_id", 1)], limit=query.limit)
        return [from_document(document, Entry) for document in found]

    async def entries_under(self, authorization_ids: Many[str]) -> list[Entry]:
        """Those that rest on one of these authorizations, ended or not, and are not erased."""
        wanted = {"covert.authorization_id": {"$in": sorted(authorization_ids)}, "erased": None}
        return [from_document(document, Entry) for document in await self._entries.find(wanted, limit=MOST)]

    async def covert_entry(self, agency: str, entry_id: str) -> Entry | None:
        """One covert entry of an agency, on whichever list."""
        found = await self._entries.find_one({"_id": entry_id, "agency": agency, "covert": {"$ne": None}})
        return None if found is None else from_document(found, Entry)

    async def covert_entries(self, query: CovertQuery, now: datetime) -> list[Entry]:
        """A page of an agency's covert entries, in the order of their ids."""
        waiting = {"covert.consent.state": "asked", "covert.consent.valid_until": {"$gt": now}}
        wanted = {
            "agency": query.agency,
            "covert.consent.state": {"$in": ["asked", "approved"]},
            "_id": {"$gt": query.after, "$lt": AFTER_ALL_IDS},
            "terms.valid_to": {"$gt": now},
            **(waiting if query.is_waiting else {}),
        }
        found = await self._entries.find(wanted, sort=[("_id", 1)], limit=query.limit)
        return [from_document(document, Entry) for document in found]

    async def _numbered(self, entry: Entry) -> Document:
        return {**to_document(entry), FIELD: await self._changes.take()}

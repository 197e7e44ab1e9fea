"""Events waiting in the documents whose change caused them: the store's half of "no dual writes".

A change writes the document *with* its events in `pending_events` in one atomic step; the relay in `rasid.stream`
publishes them in order and clears them here.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from rasid.contract.codec import to_structured
from rasid.contract.envelope import Event
from rasid.runtime.clock import Clock
from rasid.runtime.publishing import Pending
from rasid.storage.indexes import Index
from rasid.storage.mongo import Collection, Duplicate, Mongo

FIELD = "pending_events"
TOLD = "told_event"
LEASES = "leases"
LEASE = "outbox"
NOBODY = ""


def pending(*events: Event[Struct]) -> list[dict[str, Any]]:
    """What a document carries for events that its change causes: push it onto `pending_events`."""
    return [{"id": event.id, "event": to_structured(event)} for event in events]


def outbox_index(collection: str) -> Index:
    """The index that lets the relay find what waits without reading everything."""
    return Index(collection, ((f"{FIELD}.id", 1),), sparse=True)


class MongoOutbox:
    """The waiting events of some collections, and the lease that lets one process at a time publish them.

    With `tells_tables` each event is the whole state of its document, on a compacted topic, which keeps the record that
    was published last. A process that stood still between asking for the lease and publishing can publish an old state
    behind a newer one: it sees that when it clears, and the newest is told once more.
    """

    def __init__(self, mongo: Mongo, collections: Sequence[str], clock: Clock, *, tells_tables: bool = False) -> None:
        self._collections: dict[str, Collection] = {name: mongo.collection(name) for name in collections}
        self._leases = mongo.collection(LEASES)
        self._clock = clock
        self._seen: tuple[str, int | None] | None = None
        self._seen_at = 0.0
        self._tells_tables = tells_tables

    async def oldest(self, limit: int) -> Sequence[Pending]:
        """Up to `limit` documents' waiting events, in order within each document."""
        found: list[Pending] = []
        for name, collection in self._collections.items():
            rows = await collection.find({f"{FIELD}.id": {"$gt": ""}}, limit=limit, fields=[FIELD])
            found += [
                Pending(document_id=f"{name}/{row['_id']}", event_id=waiting["id"], event_json=bytes(waiting["event"]))
                for row in rows
                for waiting in row[FIELD]
            ]
        return found

    async def clear(self, done: Pending) -> None:
        """Forget one event that the broker has acknowledged."""
        name, _, document_id = done.document_id.partition("/")
        change: dict[str, Any] = {"$pull": {FIELD: {"id": done.event_id}}}
        if self._tells_tables:
            change["$set"] = {TOLD: {"id": done.event_id, "event": done.event_json}}
        waiting = {"_id": document_id, f"{FIELD}.id": done.event_id}
        was_there = await self._collections[name].update(waiting, change) is not None
        if self._tells_tables and not was_there:
            await self._tell_again(self._collections[name], document_id, done)

    async def _tell_again(self, collection: Collection, document_id: str, late: Pending) -> None:
        """What waits is newer and comes by itself; only where nothing waits is the last told once more."""
        found = await collection.find_one({"_id": document_id})
        told = None if found is None else found.get(TOLD)
        if told is not None and told["id"] != late.event_id:
            unchanged = {"_id": document_id, f"{TOLD}.id": told["id"], FIELD: []}
            await collection.update(unchanged, {"$push": {FIELD: told}})

    async def hold(self, holder: str, seconds: float) -> bool:
        """Take or keep the lease for `seconds` (0 gives it back); False while another process holds it.

        No two machines' clocks are compared, since one of them may be an hour off: whoever holds the lease counts it
        up, and another process takes it when it has seen it stand still for `seconds` by its own monotonic clock.
        """
        mine = {"_id": LEASE, "holder": holder}
        change = {"$inc": {"count": 1}} if seconds else {"$set": {"holder": NOBODY}, "$inc": {"count": 1}}
        if await self._leases.update(mine, change) is not None:
            return True
        seen = await self._leases.find_one({"_id": LEASE}) or {}
        what = seen.get("holder", NOBODY), seen.get("count")
        if what[0] != NOBODY and not self._stood_still(what, seconds):
            return False
        return await self._take(holder, *what)

    def _stood_still(self, lease: tuple[str, int | None], seconds: float) -> bool:
        now = self._clock.monotonic()
        if lease != self._seen:
            self._seen, self._seen_at = lease, now
        return now - self._seen_at >= seconds

    async def _take(self, holder: str, before: str, count: int | None) -> bool:
        """Take it as it was seen, or as nobody ever had it; False when another process did so first."""
        as_seen = {"_id": LEASE, "holder": before} | ({} if before == NOBODY else {"count": count})
        change = {"$set": {"holder": holder}, "$inc": {"count": 1}}
        try:
            return await self._leases.update(as_seen, change, upsert=before == NOBODY) is not None
        except Duplicate:
            return False

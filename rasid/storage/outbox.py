"""Events waiting in the documents whose change caused them: the store's half of "no dual writes".

A change writes the document *with* its events in `pending_events` in one atomic step; the relay in `rasid.stream`
publishes them in order and clears them here.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct

from rasid.contract.codec import to_structured
from rasid.contract.envelope import Event
from rasid.runtime.clock import Clock
from rasid.runtime.publishing import Pending
from rasid.storage.indexes import Index
from rasid.storage.mongo import Collection, Duplicate, Mongo

FIELD = "pending_events"
LEASES = "leases"
LEASE = "outbox"


def pending(*events: Event[Struct]) -> list[dict[str, Any]]:
    """What a document carries for events that its change causes: push it onto `pending_events`."""
    return [{"id": event.id, "event": to_structured(event)} for event in events]


def outbox_index(collection: str) -> Index:
    """The index that lets the relay find what waits without reading everything."""
    return Index(collection, ((f"{FIELD}.id", 1),), sparse=True)


class MongoOutbox:
    """The waiting events of some collections, and the lease that lets one process at a time publish them."""

    def __init__(self, mongo: Mongo, collections: Sequence[str], clock: Clock) -> None:
        self._collections: dict[str, Collection] = {name: mongo.collection(name) for name in collections}
        self._leases = mongo.collection(LEASES)
        self._clock = clock

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
        await self._collections[name].update({"_id": document_id}, {"$pull": {FIELD: {"id": done.event_id}}})

    async def hold(self, holder: str, seconds: float) -> bool:
        """Take or keep the lease for `seconds`; False while another process holds it."""
        now = self._clock.now()
        mine_or_over = {"_id": LEASE, "$or": [{"holder": holder}, {"until": {"$lte": now}}]}
        change = {"$set": {"holder": holder, "until": now + timedelta(seconds=seconds)}}
        try:
            return await self._leases.update(mine_or_over, change, upsert=True) is not None
        except Duplicate:
            return False

"""Cases and authorizations in MongoDB, each version written together with the event that tells it."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from rasid.contract.envelope import Event
from rasid.runtime.paging import Cursor
from rasid.storage.mongo import Document, Duplicate, Mongo
from rasid.storage.outbox import FIELD, pending
from services.casework import authorization, case
from services.casework.authorization import Authorization
from services.casework.case import Case
from services.casework.ports import AuthorizationQuery, CaseQuery

CASES = "cases"
AUTHORIZATIONS = "authorizations"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
LISTED = tuple(one.encode_name for one in fields(Case) if one.name != "history")
LIVE = ["requested", "granted"]

S = TypeVar("S", bound=Struct)


class Versioned(Generic[S]):
    """Records of one kind whose history only grows. Nothing is ever removed."""

    def __init__(self, mongo: Mongo, name: str, kind: type[S], event_of: Callable[[S], Event[Any]]) -> None:
        self._collection = mongo.collection(name)
        self._kind = kind
        self._event_of = event_of

    async def add(self, record: S) -> S:
        """Add a record unless one with its id is there, and return what is stored."""
        document = to_document(record)
        try:
            await self._collection.insert({**document, FIELD: pending(self._event_of(record))})
        except Duplicate:
            return await self.one(document["_id"]) or record
        return record

    async def one(self, record_id: str) -> S | None:
        """One record."""
        found = await self._collection.find_one({"_id": record_id})
        return None if found is None else self._read(found)

    async def save(self, record: S, before: int) -> bool:
        """Store the next version if the stored one is still `before`; False when it changed meanwhile."""
        document = to_document(record)
        change = {
            "$set": {name: value for name, value in document.items() if name not in {"_id", "history"}},
            "$push": {"history": document["history"][-1], FIELD: {"$each": pending(self._event_of(record))}},
        }
        return await self._collection.update({"_id": document["_id"], "version": before}, change) is not None

    def _read(self, document: Document) -> S:
        """The record a document holds; what the record does not name is passed over."""
        return msgspec.convert(document, self._kind)


class MongoCases(Versioned[Case]):
    """One collection, `cases`."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, CASES, Case, case.event_of)

    async def page(self, query: CaseQuery) -> list[Case]:
        """A page of cases, newest first, without their history."""
        wanted: dict[str, Any] = {"$or": [{"agency": query.agency}, {"shared_with.agency": query.agency}]}
        wanted |= _given({"assigned.subject": query.subject, "state": query.state, "kind": query.kind})
        newest = [("opened_at", -1), ("_id", -1)]
        found = await self._collection.find(
            {**until("opened_at", query.after), "$and": [wanted, beyond("opened_at", query.after)]},
            sort=newest,
            limit=query.limit,
            fields=LISTED,
        )
        return [self._read(document) for document in found]

    async def run_out(self, now: datetime, limit: int) -> list[Case]:
        """Cases that are open though their end has come."""
        late = {"state": "open", "closes_at": {"$gte": EARLIEST, "$lte": now}}
        found = await self._collection.find(late, sort=[("closes_at", 1)], limit=limit)
        return [self._read(document) for document in found]

    async def closed(self, case_ids: Collection[str]) -> set[str]:
        """Those of these cases that are closed."""
        wanted = {"_id": {"$in": sorted(case_ids)}, "state": "closed"}
        return {row["_id"] for row in await self._collection.find(wanted, fields=["_id"])}


class MongoAuthorizations(Versioned[Authorization]):
    """One collection, `authorizations`."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, AUTHORIZATIONS, Authorization, authorization.event_of)

    async def page(self, query: AuthorizationQuery) -> list[Authorization]:
        """A page, newest first."""
        wanted = {"agency": query.agency, **_given({"case_id": query.case_id, "state": query.state})}
        at = "consent.asked_at"
        found = await self._collection.find(
            {**wanted, **until(at, query.after), "$and": [beyond(at, query.after)]},
            sort=[(at, -1), ("_id", -1)],
            limit=query.limit,
        )
        return [self._read(document) for document in found]

    async def live(self) -> list[Authorization]:
        """Those that anything can still follow."""
        return [self._read(document) for document in await self._collection.find({"state": {"$in": LIVE}})]


def to_document(record: Struct) -> Document:
    """A record as the database keeps it: times stay times."""
    document: Document = msgspec.to_builtins(record, builtin_types=(datetime,))
    return document


def _given(wanted: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


def until(field: str, after: Cursor | None) -> dict[str, Any]:
    """Up to the last row of the page before. Both ends are given: the engines read everything otherwise."""
    return {field: {"$gte": EARLIEST, "$lt": LATEST} if after is None else {"$gte": EARLIEST, "$lte": after.at}}


def beyond(field: str, after: Cursor | None) -> dict[str, Any]:
    """What comes after the last row of the page before."""
    if after is None:
        return {}
    return {"$or": [{field: {"$lt": after.at}}, {"_id": {"$lt": after.row_id}}]}

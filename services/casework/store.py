"""Cases in MongoDB, each version written together with the event that tells it."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from rasid.storage.mongo import Collection, Document, Duplicate, Mongo
from rasid.storage.outbox import FIELD, pending
from services.casework.case import Case, event_of
from services.casework.ports import CaseQuery

CASES = "cases"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
LISTED = tuple(one.encode_name for one in fields(Case) if one.name != "history")

S = TypeVar("S", bound=Struct)


class MongoCases:
    """One collection, `cases`. Nothing is ever removed from it."""

    def __init__(self, mongo: Mongo) -> None:
        self._cases: Collection = mongo.collection(CASES)

    async def add(self, case: Case) -> Case:
        """Add a case unless one with its id is there, and return what is stored."""
        try:
            await self._cases.insert({**to_document(case), FIELD: pending(event_of(case))})
        except Duplicate:
            return await self.case(case.case_id) or case
        return case

    async def case(self, case_id: str) -> Case | None:
        """One case."""
        found = await self._cases.find_one({"_id": case_id})
        return None if found is None else from_document(found, Case)

    async def save(self, case: Case, before: int) -> bool:
        """Store the next version if the stored one is still `before`; its history only grows."""
        document = to_document(case)
        line = document["history"][-1]
        change = {
            "$set": {name: value for name, value in document.items() if name not in {"_id", "history"}},
            "$push": {"history": line, FIELD: {"$each": pending(event_of(case))}},
        }
        return await self._cases.update({"_id": case.case_id, "version": before}, change) is not None

    async def page(self, query: CaseQuery) -> list[Case]:
        """A page of cases, newest first, without their history."""
        found = await self._cases.find(
            _filter(query), sort=[("opened_at", -1), ("_id", -1)], limit=query.limit, fields=LISTED
        )
        return [from_document(document, Case) for document in found]

    async def run_out(self, now: datetime, limit: int) -> list[Case]:
        """Cases that are open though their end has come."""
        late = {"state": "open", "closes_at": {"$gte": EARLIEST, "$lte": now}}
        found = await self._cases.find(late, sort=[("closes_at", 1)], limit=limit)
        return [from_document(document, Case) for document in found]


def to_document(record: Struct) -> Document:
    """A record as the database keeps it: times stay times."""
    document: Document = msgspec.to_builtins(record, builtin_types=(datetime,))
    return document


def from_document(document: Document, kind: type[S]) -> S:
    """The record a document holds; what the record does not name is passed over."""
    return msgspec.convert(document, kind)


def _filter(query: CaseQuery) -> dict[str, Any]:
    """Both ends of the time are always given: the engines read everything otherwise."""
    clauses: list[dict[str, Any]] = [{"$or": [{"agency": query.agency}, {"shared_with.agency": query.agency}]}]
    wanted: dict[str, Any] = {"opened_at": {"$gte": EARLIEST, "$lt": LATEST}}
    if query.subject is not None:
        wanted["assigned.subject"] = query.subject
    for name in ("state", "kind"):
        value = getattr(query, name)
        if value is not None:
            wanted[name] = value
    if query.after is not None:
        wanted["opened_at"] = {"$gte": EARLIEST, "$lte": query.after.at}
        clauses.append({"$or": [{"opened_at": {"$lt": query.after.at}}, {"_id": {"$lt": query.after.row_id}}]})
    return {**wanted, "$and": clauses}

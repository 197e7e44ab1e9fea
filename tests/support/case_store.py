"""Casework's stores in memory, with the same promises as the real ones, and ways to break them."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from rasid.runtime.paging import Cursor
from services.casework import authorization, case
from services.casework.authorization import Authorization
from services.casework.case import Case
from services.casework.file import Entry
from services.casework.ports import AuthorizationQuery, CaseQuery

S = TypeVar("S", bound=Struct)


class MemoryVersioned(Generic[S]):
    """Records by id; what tells them is kept in the order it was written."""

    def __init__(self, key: str, event_of: Callable[[S], Event[Any]]) -> None:
        self.stored: dict[str, S] = {}
        self.events: list[Event[Any]] = []
        self.is_away = False
        self._key = key
        self._event_of = event_of

    async def add(self, record: S) -> S:
        self._answer()
        key = getattr(record, self._key)
        if key not in self.stored:
            self.stored[key] = record
            self.events.append(self._event_of(record))
        return self.stored[key]

    async def one(self, record_id: str) -> S | None:
        self._answer()
        return self.stored.get(record_id)

    async def save(self, record: S, before: int) -> bool:
        self._answer()
        key = getattr(record, self._key)
        if getattr(self.stored[key], "version") != before:  # noqa: B009 - a record of either kind has one
            return False
        self.stored[key] = record
        self.events.append(self._event_of(record))
        return True

    def _answer(self) -> None:
        if self.is_away:
            raise Unavailable("the database", "a test says so")


class MemoryCases(MemoryVersioned[Case]):
    """Implements `ports.CaseStore`."""

    def __init__(self) -> None:
        super().__init__("case_id", case.event_of)

    async def page(self, query: CaseQuery) -> list[Case]:
        self._answer()
        found = [one for one in self.stored.values() if _fits(one, query)]
        found.sort(key=lambda one: (one.opened_at, one.case_id), reverse=True)
        return found[: query.limit]

    async def run_out(self, now: datetime, limit: int) -> list[Case]:
        self._answer()
        return [one for one in self.stored.values() if one.state == "open" and not one.is_open(now)][:limit]

    async def closed(self, case_ids: Collection[str]) -> set[str]:
        self._answer()
        return {one.case_id for one in self.stored.values() if one.case_id in case_ids and one.state == "closed"}


class MemoryAuthorizations(MemoryVersioned[Authorization]):
    """Implements `ports.AuthorizationStore`."""

    def __init__(self) -> None:
        super().__init__("authorization_id", authorization.event_of)

    async def page(self, query: AuthorizationQuery) -> list[Authorization]:
        self._answer()
        found = [
            one
            for one in self.stored.values()
            if one.agency == query.agency
            and query.case_id in {None, one.case_id}
            and query.state in {None, one.state}
            and (query.after is None or _place(one) < (query.after.at, query.after.row_id))
        ]
        return sorted(found, key=_place, reverse=True)[: query.limit]

    async def live(self) -> list[Authorization]:
        self._answer()
        return [one for one in self.stored.values() if one.is_live]


class MemoryFiles:
    """Implements `ports.FileStore`."""

    def __init__(self) -> None:
        self.stored: dict[str, Entry] = {}

    async def write(self, entry: Entry) -> Entry:
        return self.stored.setdefault(entry.entry_id, entry)

    async def entry(self, entry_id: str) -> Entry | None:
        return self.stored.get(entry_id)

    async def page(self, case_id: str, after: Cursor | None, limit: int) -> list[Entry]:
        found = [one for one in self.stored.values() if one.case_id == case_id]
        found = [one for one in found if after is None or (one.at, one.entry_id) < (after.at, after.row_id)]
        return sorted(found, key=lambda one: (one.at, one.entry_id), reverse=True)[:limit]

    async def links(self, case_id: str) -> list[Entry]:
        found = [one for one in self.stored.values() if one.case_id == case_id and one.kind != "note"]
        return sorted(found, key=lambda one: (one.at, one.entry_id))


def _place(one: Authorization) -> tuple[datetime, str]:
    return one.consent.asked_at, one.authorization_id


def _fits(one: Case, query: CaseQuery) -> bool:
    before = query.after is None or (one.opened_at, one.case_id) < (query.after.at, query.after.row_id)
    return (
        before
        and (query.agency in {one.agency, *(grant.agency for grant in one.shared_with)})
        and (query.subject is None or one.is_assigned(query.subject))
        and query.state in {None, one.state}
        and query.kind in {None, one.kind}
    )

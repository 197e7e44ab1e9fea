"""Casework's stores in memory, with the same promises as the real ones, and ways to break them."""

from datetime import datetime
from typing import Any

from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from services.casework.case import Case, event_of
from services.casework.ports import CaseQuery


class MemoryCases:
    """Implements `ports.CaseStore`; events are kept in the order they were written."""

    def __init__(self) -> None:
        self.stored: dict[str, Case] = {}
        self.events: list[Event[Any]] = []
        self.is_away = False

    async def add(self, case: Case) -> Case:
        self._answer()
        if case.case_id not in self.stored:
            self.stored[case.case_id] = case
            self.events.append(event_of(case))
        return self.stored[case.case_id]

    async def case(self, case_id: str) -> Case | None:
        self._answer()
        return self.stored.get(case_id)

    async def save(self, case: Case, before: int) -> bool:
        self._answer()
        if self.stored[case.case_id].version != before:
            return False
        self.stored[case.case_id] = case
        self.events.append(event_of(case))
        return True

    async def page(self, query: CaseQuery) -> list[Case]:
        self._answer()
        found = [one for one in self.stored.values() if _fits(one, query)]
        found.sort(key=lambda one: (one.opened_at, one.case_id), reverse=True)
        return found[: query.limit]

    async def run_out(self, now: datetime, limit: int) -> list[Case]:
        self._answer()
        return [one for one in self.stored.values() if one.state == "open" and not one.is_open(now)][:limit]

    def _answer(self) -> None:
        if self.is_away:
            raise Unavailable("the database", "a test says so")


def _fits(case: Case, query: CaseQuery) -> bool:
    before = query.after is None or (case.opened_at, case.case_id) < (query.after.at, query.after.row_id)
    return (
        before
        and (query.agency in {case.agency, *(one.agency for one in case.shared_with)})
        and (query.subject is None or case.is_assigned(query.subject))
        and query.state in {None, case.state}
        and query.kind in {None, case.kind}
    )

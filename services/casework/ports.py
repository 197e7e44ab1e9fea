"""What casework needs of its store, without knowing which. Every method raises Unavailable when it is away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rasid.contract.tables import CaseKind, CaseLifecycle
from rasid.runtime.paging import Cursor
from services.casework.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases to read, newest first: those of `agency` and those shared with it; of `subject`, if given."""

    agency: str
    subject: str | None = None
    state: CaseLifecycle | None = None
    kind: CaseKind | None = None
    after: Cursor | None = None
    limit: int = 50


class CaseStore(Protocol):
    """The cases. Each is written together with the event that tells its version."""

    async def add(self, case: Case) -> Case:
        """Add a case unless one with its id is there, and return what is stored."""

    async def case(self, case_id: str) -> Case | None:
        """One case."""

    async def save(self, case: Case, before: int) -> bool:
        """Store the next version if the stored one is still `before`; False when it changed meanwhile."""

    async def page(self, query: CaseQuery) -> list[Case]:
        """A page of cases, newest first, without their history."""

    async def run_out(self, now: datetime, limit: int) -> list[Case]:
        """Cases that are open though their end has come."""

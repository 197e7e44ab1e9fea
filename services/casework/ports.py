"""What casework needs of its stores, without knowing which. Every method raises Unavailable when one is away."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rasid.contract.tables import AuthorizationLifecycle, CaseKind, CaseLifecycle
from rasid.runtime.paging import Cursor
from services.casework.authorization import Authorization
from services.casework.case import Case
from services.casework.file import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases to read, newest first: those of `agency` and those shared with it; of `subject`, if given."""

    agency: str
    subject: str | None = None
    state: CaseLifecycle | None = None
    kind: CaseKind | None = None
    after: Cursor | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationQuery:
    """Which authorizations of one agency to read, newest first."""

    agency: str
    case_id: str | None = None
    state: AuthorizationLifecycle | None = None
    after: Cursor | None = None
    limit: int = 50


class CaseStore(Protocol):
    """The cases. Each is written together with the event that tells its version."""

    async def add(self, record: Case) -> Case:
        """Add a case unless one with its id is there, and return what is stored."""

    async def one(self, record_id: str) -> Case | None:
        """One case."""

    async def save(self, record: Case, before: int) -> bool:
        """Store the next version if the stored one is still `before`; False when it changed meanwhile."""

    async def page(self, query: CaseQuery) -> list[Case]:
        """A page of cases, newest first, without their history."""

    async def run_out(self, now: datetime, limit: int) -> list[Case]:
        """Cases that are open though their end has come."""

    async def closed(self, case_ids: Collection[str]) -> set[str]:
        """Those of these cases that are closed."""


class AuthorizationStore(Protocol):
    """The authorizations. Each is written together with the event that tells its version."""

    async def add(self, record: Authorization) -> Authorization:
        """Add one unless one with its id is there, and return what is stored."""

    async def one(self, record_id: str) -> Authorization | None:
        """One authorization."""

    async def save(self, record: Authorization, before: int) -> bool:
        """Store the next version if the stored one is still `before`; False when it changed meanwhile."""

    async def page(self, query: AuthorizationQuery) -> list[Authorization]:
        """A page, newest first."""

    async def live(self) -> Sequence[Authorization]:
        """Those that anything can still follow."""


class FileStore(Protocol):
    """The files of cases. Lines are written once."""

    async def write(self, entry: Entry) -> Entry:
        """Add a line unless one with its id is there, and return what is stored."""

    async def entry(self, entry_id: str) -> Entry | None:
        """One line."""

    async def page(self, case_id: str, after: Cursor | None, limit: int) -> list[Entry]:
        """Up to `limit` lines of a case, newest first."""

    async def links(self, case_id: str) -> list[Entry]:
        """Every line of a case that links or ends a link, oldest first."""

"""What the alerts service needs of a store, without knowing which. Every method raises Unavailable when it is away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from rasid.contract.alerts import Priority
from rasid.contract.envelope import Event
from rasid.runtime.paging import Cursor
from services.alerts.alert import Alert, AlertState
from services.alerts.entry import Entry
from services.alerts.evidence import Said
from services.alerts.settling import Ledger, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertQuery:
    """Which alerts of one agency to read, newest first: received from `since` until before `until` (None: open).

    Covert ones only of `case_id`, the case under which they are asked for.
    """

    agency: str
    case_id: str
    since: datetime | None = None
    until: datetime | None = None
    state: AlertState | None = None
    priority: Priority | None = None
    camera_id: str | None = None
    entry_id: str | None = None
    after: Cursor | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryQuery:
    """Which entries of a list to read: those with ids after `after` (empty: from the first).

    Covert ones only of `case_id`, the case under which they are asked for.
    """

    agency: str
    case_id: str
    list_id: str
    with_ended: bool = False
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CovertQuery:
    """Which covert entries of an agency to read: those that wait for a second person, or all that have not ended."""

    agency: str
    is_waiting: bool = True
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ClipId:
    """A clip of an alert of an agency."""

    evidence_id: str
    alert_id: str
    agency: str


class LedgerStore(Protocol):
    """What was settled, by entry and plate."""

    async def ledger(self, entry_id: str, plate: str) -> Ledger:
        """What is remembered; an empty ledger of version 0 when nothing is."""

    async def save_ledger(self, ledger: Ledger) -> bool:
        """Store a ledger if the stored one is still the version before it; False when another process was first."""


class AlertStore(Protocol):
    """The alerts. What has expired is not there any more."""

    async def open_alert(self, alert: Alert) -> Alert:
        """Add an alert unless it is there, and return what is stored."""

    async def advance(self, progress: Progress) -> Alert | None:
        """Bring an alert's count and last sighting up to `progress`, never back; None when there is no such alert."""

    async def alert(self, alert_id: str, now: datetime) -> Alert | None:
        """One alert."""

    async def alerts(self, query: AlertQuery, now: datetime) -> list[Alert]:
        """A page of alerts, newest first."""

    async def save_step(self, alert: Alert, event: Event[Struct]) -> bool:
        """Store a step with its event if the stored version is the one before; False when it changed meanwhile."""

    async def save_request(self, alert: Alert, evidence_id: str, event: Event[Struct]) -> bool:
        """Store a request for a clip with its event, like a step."""

    async def note(self, clip: ClipId, version: int, said: Said) -> Alert | None:
        """Keep what the archive said of a clip, once; None when its agency has no such alert (any more)."""


class HitStore(Protocol):
    """What entries hit: alerts, and what was settled."""

    async def forget(self, entry_id: str, agency: str) -> int:
        """Delete all of it, and say how many alerts that were."""


class EntryStore(Protocol):
    """The watchlist entries."""

    async def add_entry(self, entry: Entry) -> Entry:
        """Add an entry unless one with its id is there, and return what is stored."""

    async def save_entry(self, entry: Entry) -> bool:
        """Store the next version of an entry; False when it changed meanwhile."""

    async def entry(self, agency: str, list_id: str, entry_id: str) -> Entry | None:
        """One entry of a list of an agency."""

    async def entries_under(self, authorization_ids: Collection[str]) -> list[Entry]:
        """Those that rest on one of these authorizations, ended or not, and are not erased."""

    async def covert_entry(self, agency: str, entry_id: str) -> Entry | None:
        """One covert entry of an agency, on whichever list."""

    async def covert_entries(self, query: CovertQuery, now: datetime) -> list[Entry]:
        """A page of an agency's covert entries, in the order of their ids."""

    async def entries(self, query: EntryQuery, now: datetime) -> list[Entry]:
        """A page of a list, in the order of the entries' ids."""

"""What rests on an authorization ends with it; what the authority never allowed is deleted, and that is on record.

Nothing rings in the meantime: whether an entry may ring is asked at each hit. Every replica does this; doing it twice
is doing it once.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from rasid.contract.tables import AuthorizationStateV1
from rasid.runtime.clock import Clock
from rasid.runtime.rounds import go_round
from rasid.runtime.watchdog import Pulse
from services.alerts.authorizations import is_over
from services.alerts.entry import Entry, Erased
from services.alerts.ports import EntryStore, HitStore
from services.alerts.rules import to_milliseconds
from services.alerts.standing import Standing
from services.alerts.watchlist import Watchlist

LOOK_SECONDS = 1.0
# An entry made or changed on another replica at the moment its authorization ended is found by then; and a hit that was
# being settled there is, too.
AGAIN_SECONDS = 60.0
PLATFORM = "rasid"


class Record(Protocol):
    """Writes the audit record of a deletion. Raises Unavailable. `AuditGate.deleted` is one."""

    async def __call__(
        self, what: str, plates: Sequence[str], *, agency: str, case_id: str, authorization_id: str, count: int
    ) -> None:
        """Return when the record is acknowledged."""


class Withdrawals:
    """Ends and deletes what is no longer allowed, about once a second."""

    def __init__(
        self,
        entries: EntryStore,
        hits: HitStore,
        watchlist: Watchlist,
        standing: Standing,
        record: Record,
        *,
        clock: Clock,
        pulse: Pulse,
    ) -> None:
        self._entries = entries
        self._hits = hits
        self._watchlist = watchlist
        self._standing = standing
        self._record = record
        self._clock = clock
        self._pulse = pulse
        self._looked_for: frozenset[str] = frozenset()
        self._look_again = clock.monotonic()
        self._gone: dict[str, Entry] = {}

    async def run(self) -> None:
        """Until cancelled; a database or an audit log that is away is waited for."""
        trouble = "what is no longer authorized cannot be deleted for now"
        await go_round(self.once, every_seconds=LOOK_SECONDS, clock=self._clock, trouble=trouble, pulse=self._pulse)

    async def once(self) -> None:
        """Look once. Raises Unavailable."""
        due = self._standing.authorizations.deletion_due()
        is_time = self._clock.monotonic() >= self._look_again
        if is_time or frozenset(due) != self._looked_for:
            await self._delete(due, is_time=is_time)
        for entry in self._watchlist.covert():
            if self._is_over(entry):
                await self._end(entry)

    async def _delete(self, due: Mapping[str, AuthorizationStateV1], *, is_time: bool) -> None:
        if is_time:
            for entry in tuple(self._gone.values()):
                await self._hits.forget(entry.entry_id, entry.agency)
                del self._gone[entry.entry_id]
        for entry in await self._entries.entries_under(due) if due else ():
            await self._erase(entry)
        self._looked_for = frozenset(due)
        self._look_again = self._clock.monotonic() + AGAIN_SECONDS

    async def _erase(self, entry: Entry) -> None:
        """The record first: what is marked as erased is on record."""
        authorization_id = "" if entry.covert is None else entry.covert.authorization_id or ""
        count = await self._hits.forget(entry.entry_id, entry.agency)
        await self._record(
            f"entry:{entry.entry_id}",
            (entry.terms.plate,),
            agency=entry.agency,
            case_id=entry.case_id,
            authorization_id=authorization_id,
            count=count,
        )
        erased = Erased(at=to_milliseconds(self._clock.now()), authorization_id=authorization_id, alerts=count)
        self._gone[entry.entry_id] = entry
        await self._save(entry.without_subject(erased, PLATFORM))

    async def _end(self, entry: Entry) -> None:
        """From what is stored: what is in memory has no history."""
        stored = await self._entries.covert_entry(entry.agency, entry.entry_id)
        now = to_milliseconds(self._clock.now())
        if stored is not None and not stored.has_ended(now):
            await self._save(stored.changed(stored.terms_ending(now), PLATFORM, now))

    async def _save(self, entry: Entry) -> None:
        if await self._entries.save_entry(entry):
            self._watchlist.apply(entry)

    def _is_over(self, entry: Entry) -> bool:
        now = self._clock.now()
        if entry.covert is None or entry.covert.authorization_id is None or entry.has_ended(now):
            return False
        row = self._standing.authorizations.get(entry.covert.authorization_id)
        return row is not None and is_over(row, now)

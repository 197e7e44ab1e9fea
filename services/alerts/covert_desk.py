"""What senior officers do with covert entries: read what their agency asks for, decide on it, and end it."""

from collections.abc import Callable
from datetime import datetime

from rasid.errors import NotFound, PreconditionFailed
from rasid.runtime.clock import Clock
from services.alerts import covert_steps
from services.alerts.entry import Entry
from services.alerts.ports import CovertQuery, EntryStore
from services.alerts.rules import to_milliseconds
from services.alerts.watchlist import Watchlist


class CovertDesk:
    """Covert entries of the asking agency, of whichever case. What changes is in this process's memory at once."""

    def __init__(self, store: EntryStore, watchlist: Watchlist, clock: Clock) -> None:
        self._store = store
        self._watchlist = watchlist
        self._clock = clock

    async def page(self, query: CovertQuery) -> list[Entry]:
        """A page, in the order of the entries' ids."""
        return await self._store.covert_entries(query, self._clock.now())

    async def read(self, agency: str, entry_id: str) -> Entry:
        """One covert entry; raises NotFound."""
        entry = await self._store.covert_entry(agency, entry_id)
        if entry is None:
            raise NotFound("entry-unknown", "Your agency has no covert entry with this id.")
        return entry

    async def approve(self, entry: Entry, digest: str, *, by: str) -> Entry:
        """A second person agrees. Raises Conflict, and PreconditionFailed when it changed meanwhile."""
        return await self._save(lambda now: covert_steps.approve(entry, digest, by=by, at=now))

    async def refuse(self, entry: Entry, digest: str, *, by: str) -> Entry:
        """A second person does not. Raises Conflict, and PreconditionFailed when it changed meanwhile."""
        return await self._save(lambda now: covert_steps.refuse(entry, digest, by=by, at=now))

    async def end(self, entry: Entry, *, by: str) -> Entry:
        """It stops looking now. Ending it again changes nothing. Raises PreconditionFailed."""
        if entry.has_ended(self._clock.now()):
            return entry
        return await self._save(lambda now: entry.changed(entry.terms_ending(now), by, now))

    async def _save(self, take: Callable[[datetime], Entry]) -> Entry:
        changed = take(to_milliseconds(self._clock.now()))
        if not await self._store.save_entry(changed):
            raise PreconditionFailed(
                "entry-changed", "Somebody changed this entry meanwhile: read it again, then decide."
            )
        self._watchlist.apply(changed)
        return changed

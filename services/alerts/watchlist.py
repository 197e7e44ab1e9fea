"""The entries in memory, by plate: what every read is compared with."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rasid.runtime.clock import Clock
from services.alerts.entry import Entry

SWEEP_SECONDS = 60.0


class Watchlist:
    """All entries that can still match, and how old this knowledge is. Each replica has its own."""

    def __init__(self, clock: Clock, *, ended_seconds: float) -> None:
        self._clock = clock
        self._ended = timedelta(seconds=ended_seconds)
        self._by_id: dict[str, Entry] = {}
        self._by_plate: dict[str, dict[str, Entry]] = {}
        self._covert: dict[str, Entry] = {}
        self._refreshed = clock.monotonic()
        self._swept = self._refreshed

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def age_seconds(self) -> float:
        """How long ago this was last known to be what the store holds."""
        return self._clock.monotonic() - self._refreshed

    @property
    def open_count(self) -> int:
        """How many there are without the covert ones, which nobody counts."""
        return len(self._by_id) - len(self._covert)

    def covert(self) -> Sequence[Entry]:
        """The covert entries."""
        return tuple(self._covert.values())

    def of(self, plate: str) -> Sequence[Entry]:
        """The entries that look for a normalized plate."""
        return tuple(self._by_plate.get(plate, {}).values())

    def apply(self, entry: Entry) -> None:
        """Take a version of an entry; one that is not newer than the known one changes nothing."""
        known = self._by_id.get(entry.entry_id)
        if known is not None and known.version >= entry.version:
            return
        if known is not None:
            self._forget(known)
        if not self._is_over(entry, self._clock.now()):
            self._by_id[entry.entry_id] = entry
            if entry.covert is not None:
                self._covert[entry.entry_id] = entry
            self._by_plate.setdefault(entry.terms.plate, {})[entry.entry_id] = entry

    def refreshed(self) -> None:
        """The store has just been read: what is here is what it holds."""
        self._refreshed = self._clock.monotonic()
        if self._refreshed - self._swept >= SWEEP_SECONDS:
            self._sweep()

    def _sweep(self) -> None:
        self._swept = self._refreshed
        now = self._clock.now()
        for entry in [entry for entry in self._by_id.values() if self._is_over(entry, now)]:
            self._forget(entry)

    def _forget(self, entry: Entry) -> None:
        self._by_id.pop(entry.entry_id, None)
        self._covert.pop(entry.entry_id, None)
        same_plate = self._by_plate.get(entry.terms.plate, {})
        same_plate.pop(entry.entry_id, None)
        if not same_plate:
            self._by_plate.pop(entry.terms.plate, None)

    def _is_over(self, entry: Entry, now: datetime) -> bool:
        """Erased, or ended so long ago that no read taken before its end can still come."""
        return entry.erased is not None or entry.has_ended(now - self._ended)

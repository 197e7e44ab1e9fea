"""Compares plate reads from the bus with the watchlist and settles what they hit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from rasid.contract.detections import PlateReadV1
from rasid.contract.envelope import Event
from rasid.runtime.clock import Clock
from rasid.stream.received import Received
from services.alerts import rules
from services.alerts.entry import Entry
from services.alerts.matched import Matched
from services.alerts.rules import Limits
from services.alerts.settlement import Settlement

PLATE_READ = "plate.read"


class Entries(Protocol):
    """Entries by plate, in memory."""

    @property
    def age_seconds(self) -> float:
        """How old this knowledge is."""

    def of(self, plate: str) -> Sequence[Entry]:
        """The entries that look for a normalized plate."""


class CovertRule(Protocol):
    """Whether an entry may ring now: a covert one not always."""

    def __call__(self, entry: Entry, now: datetime) -> bool:
        """By its case and the authorization that it rests on."""


class PlateReads:
    """Handles batches of `plate.read` events. May be given a read more than once."""

    def __init__(
        self,
        watchlist: Entries,
        settlement: Settlement,
        *,
        may_ring: CovertRule,
        limits: Limits,
        retention_seconds: float,
        clock: Clock,
    ) -> None:
        self._watchlist = watchlist
        self._settlement = settlement
        self._may_ring = may_ring
        self._limits = limits
        self._retention = timedelta(seconds=retention_seconds)
        self._clock = clock

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when every hit is durable. Raises InvalidEvent or Unavailable."""
        for received in batch:
            entries = self._watchlist.of(received.event.data.plate.text)
            if entries:
                await self._compare(received.event, received.appended_at, entries)

    async def _compare(self, event: Event[PlateReadV1], appended_at: datetime, entries: Sequence[Entry]) -> None:
        now = self._clock.now()
        timing = rules.timing(event.data, appended_at, self._limits)
        if timing.received_at + self._retention <= now:
            return  # an alert from it would have expired before it rings
        for entry in rules.hits(entries, timing):
            if not self._may_ring(entry, now):
                continue
            await self._settlement.settle(Matched(event, entry, timing, now, self._watchlist.age_seconds))

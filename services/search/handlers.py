"""Takes what cameras saw and how they are from the bus into the stores, in batches.

The stores are written at the same time: nobody relies on their order, for a batch is done when all of them are, and
comes again when one is not.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta

from rasid.contract.fields import parse_utc
from rasid.errors import InvalidEvent
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics
from rasid.stream.received import Received
from services.search.camera_day import of_detections, of_device
from services.search.passage import Passage
from services.search.passages import Read, passage_of
from services.search.ports import CameraStore, PassageStore, PlateStore

READS = frozenset({"plate.read", "vehicle.detected"})
REPORTS = frozenset({"device.connected", "device.disconnected", "device.health"})


class Reads:
    """Handles batches of reads. May be given a read more than once, and in any order."""

    def __init__(
        self,
        passages: PassageStore,
        plates: PlateStore,
        cameras: CameraStore,
        *,
        retention: timedelta,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._passages = passages
        self._plates = plates
        self._cameras = cameras
        self._retention = retention
        self._clock = clock
        self._metrics = metrics

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when every read of the batch is in a passage that is durable. Raises Unavailable or InvalidEvent."""
        now = self._clock.now()
        events = [received.event for received in batch]
        parts = [_part(event, self._retention) for event in events]
        kept = [part for part in parts if part.expires_at > now]
        await _at_once(
            self._add(kept),
            self._plates.learn(((plate, part.expires_at) for part in kept for plate in part.plates), now),
            self._cameras.heard(of_detections(event.data for event in events)),
        )
        if kept:
            oldest = min(part.received_at for part in kept)
            self._metrics.index_seconds.observe(max(0.0, (self._clock.now() - oldest).total_seconds()))
        self._metrics.passages.labels("expired").inc(len(parts) - len(kept))

    async def _add(self, parts: Sequence[Passage]) -> None:
        if not parts:
            return
        added = await self._passages.add(parts)
        for outcome in ("new", "grown", "known"):
            self._metrics.passages.labels(outcome).inc(getattr(added, outcome))


class Reports:
    """Handles batches of what devices say of themselves, for the statement of coverage."""

    def __init__(self, cameras: CameraStore, *, retention: timedelta, clock: Clock) -> None:
        self._cameras = cameras
        self._retention = retention
        self._clock = clock

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when every report is durable. Raises Unavailable."""
        since = self._clock.now() - self._retention
        events = [received.event for received in batch]
        await self._cameras.heard(of_device(event) for event in events if parse_utc(event.data.received_at) > since)


async def _at_once(*writes: Awaitable[None]) -> None:
    """Wait for all of them; raises what one failed with when none is at work any more."""
    for end in await asyncio.gather(*writes, return_exceptions=True):
        if end is not None:
            raise end


def _part(event: Read, retention: timedelta) -> Passage:
    try:
        return passage_of(event, retention)
    except OverflowError:
        raise InvalidEvent("time_out_of_range", "received_at lies at the end of the calendar") from None

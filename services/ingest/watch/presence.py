"""Whom this process has heard, and what their clocks say: noted with every post, taken every few seconds. No IO."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rasid.contract.detections import Detection
from rasid.contract.envelope import Event
from services.ingest.watch.quality import Tallies
from services.ingest.watch.silence import Supply
from services.ingest.watch.skew import SkewSamples

_OWN_CLOCK = frozenset({"vendor_utc", "vendor_offset", "camera_zone"})


class Presence:
    """The moment each camera was last heard, samples of its clock, and how it reads (`tallies`)."""

    def __init__(self) -> None:
        self._heard: dict[str, datetime] = {}
        self._power: dict[str, Supply] = {}
        self._clocks: dict[str, SkewSamples] = {}
        self.tallies = Tallies()

    def heard(self, camera_id: str, received_at: datetime, events: Sequence[Event[Struct]]) -> None:
        """A post of this camera is durable; on the path of every read, so it does next to nothing."""
        self._heard[camera_id] = received_at
        clock = self._clocks.get(camera_id)
        if clock is None:
            clock = self._clocks[camera_id] = SkewSamples()
        self.tallies.note(camera_id, received_at, events)
        if events and clock.is_due(received_at):
            _sample(clock, events[0].data, received_at)

    def supplied(self, site_id: str, supply: Supply) -> None:
        """A site's controller has reported."""
        self._power[site_id] = _over(self._power.get(site_id), supply)

    def taken(self) -> tuple[dict[str, datetime], dict[str, Supply]]:
        """Whom it has heard, and what sites have told of themselves, since this was asked for the last time."""
        heard, power = self._heard, self._power
        self._heard, self._power = {}, {}
        return heard, power

    def returned(self, heard: dict[str, datetime], power: dict[str, Supply]) -> None:
        """What was taken could not be written down: keep it."""
        self._heard = {**heard, **self._heard}
        self._power |= {site_id: _over(one, self._power.get(site_id, Supply())) for site_id, one in power.items()}

    def skews(self) -> dict[str, float]:
        """By how many seconds each camera's clock is ahead, as far as that can be said."""
        found = ((camera_id, clock.estimate()) for camera_id, clock in self._clocks.items())
        return {camera_id: skew for camera_id, skew in found if skew is not None}


def _over(before: Supply | None, later: Supply) -> Supply:
    known = before or Supply()
    return Supply(later.power_source or known.power_source, later.link or known.link)


def _sample(clock: SkewSamples, data: object, received_at: datetime) -> None:
    if isinstance(data, Detection) and data.time_quality.source in _OWN_CLOCK and not data.is_replay:
        clock.add(datetime.fromisoformat(data.captured_at), received_at)

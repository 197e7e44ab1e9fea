"""Which hits are one alert: a pure decision over what is remembered about one entry and one plate.

Reads of one plate come from many cameras, partitions and processes, in any order and more than once. It rings
exactly as often as it would have had they come in the order of time, once each:

* a sighting that is remembered is never counted again;
* an alert covers one passage window from its first read. A new sighting opens an alert only when the sightings,
  with it, need one window more than before. The least number of windows that covers a set of times does not depend
  on the order the times came in, and never shrinks when a time is added: so neither does the number of alerts;
* historic sightings are settled apart from live ones, so that a late read never keeps a live one from ringing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from rasid.contract import event_ids

# Event contract, "Identity": two revisions of one sighting further apart than this are two sightings.
SIGHTING_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One read that matches one entry."""

    entry_id: str
    plate: str
    detection_id: str
    sighting_id: str
    camera_id: str
    captured_at: datetime
    seen_at: datetime
    received_at: datetime
    is_historic: bool


class Sighting(Struct, frozen=True, kw_only=True):
    """A sighting that has been settled. `detection_id` is the read that brought it; `is_first` when it rang."""

    sighting_id: str
    detection_id: str
    camera_id: str
    captured_at: datetime
    seen_at: datetime
    received_at: datetime
    is_historic: bool
    alert_id: str
    is_first: bool


class Ledger(Struct, frozen=True, kw_only=True):
    """All that is remembered about one plate's hits on one entry. Version 0 was never stored."""

    ledger_id: str = field(name="_id")
    version: int = 0
    sightings: tuple[Sighting, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """How wide a passage is and how long settled sightings are remembered."""

    window_seconds: float = 120.0
    kept_seconds: float = 4 * 24 * 3600.0
    kept_sightings: int = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a hit did. Settling the same read again gives the same outcome, so that its effects can be repeated."""

    kind: Literal["raised", "updated", "repeated"]
    alert_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known about an alert by now: how many sightings, and the latest of them."""

    alert_id: str
    count: int
    last: Sighting


def ledger_id(entry_id: str, plate: str) -> str:
    """The key of what is remembered about `plate` and an entry."""
    return f"{entry_id}/{plate}"


def settle(ledger: Ledger, hit: Hit, memory: Memory) -> tuple[Ledger, Outcome]:
    """Settle one hit; the same ledger comes back when nothing changes."""
    known = _known(ledger, hit)
    if known is not None:
        return ledger, _outcome_again(known, hit)
    lane = [sighting for sighting in ledger.sightings if sighting.is_historic is hit.is_historic]
    is_first = not lane or _opens(lane, hit, memory.window_seconds)
    alert_id = _new_alert_id(ledger, hit) if is_first else _joined(lane, hit, memory.window_seconds)
    sighting = Sighting(
        sighting_id=hit.sighting_id,
        detection_id=hit.detection_id,
        camera_id=hit.camera_id,
        captured_at=hit.captured_at,
        seen_at=hit.seen_at,
        received_at=hit.received_at,
        is_historic=hit.is_historic,
        alert_id=alert_id,
        is_first=is_first,
    )
    changed = replace(
        ledger,
        version=ledger.version + 1,
        sightings=_remembered((*ledger.sightings, sighting), memory),
        expires_at=_expiry(ledger, hit, memory),
    )
    return changed, Outcome("raised" if is_first else "updated", alert_id)


def progress(ledger: Ledger, alert_id: str) -> Progress | None:
    """Where an alert stands; None when its sightings are no longer remembered."""
    sightings = [sighting for sighting in ledger.sightings if sighting.alert_id == alert_id]
    if not sightings:
        return None
    last = max(sightings, key=lambda sighting: (sighting.seen_at, sighting.sighting_id))
    return Progress(alert_id, len(sightings), last)


def windows(times: Iterable[datetime], window_seconds: float) -> int:
    """The least number of windows of this length that cover all `times`."""
    count, end = 0, None
    for moment in sorted(times):
        if end is None or moment > end:
            count, end = count + 1, moment + timedelta(seconds=window_seconds)
    return count


def _known(ledger: Ledger, hit: Hit) -> Sighting | None:
    """The remembered sighting this hit repeats or revises. What is only known from late reads may still ring."""
    for sighting in ledger.sightings:
        if sighting.detection_id == hit.detection_id:
            return sighting
        is_same = sighting.sighting_id == hit.sighting_id and _apart(sighting.seen_at, hit.seen_at) <= SIGHTING_SECONDS
        if is_same and (hit.is_historic or not sighting.is_historic):
            return sighting
    return None


def _outcome_again(known: Sighting, hit: Hit) -> Outcome:
    if known.detection_id != hit.detection_id:
        return Outcome("repeated", known.alert_id)
    return Outcome("raised" if known.is_first else "updated", known.alert_id)


def _opens(lane: Sequence[Sighting], hit: Hit, window_seconds: float) -> bool:
    times = [sighting.seen_at for sighting in lane]
    return windows([*times, hit.seen_at], window_seconds) > windows(times, window_seconds)


def _joined(lane: Sequence[Sighting], hit: Hit, window_seconds: float) -> str:
    """The alert a sighting belongs to: the nearest that it fits into, else (out of order only) the nearest."""

    def strain(first: Sighting) -> tuple[bool, float]:
        times = [hit.seen_at, *(other.seen_at for other in lane if other.alert_id == first.alert_id)]
        return _apart(max(times), min(times)) > window_seconds, _apart(first.seen_at, hit.seen_at)

    return min((sighting for sighting in lane if sighting.is_first), key=strain).alert_id


def _new_alert_id(ledger: Ledger, hit: Hit) -> str:
    """From the entry and the first sighting; from its read too when a device used that sighting's id before."""
    entry_id = ledger.ledger_id.partition("/")[0]
    plain = event_ids.alert_id(entry_id, hit.sighting_id)
    if any(sighting.alert_id == plain for sighting in ledger.sightings):
        return event_ids.alert_id(entry_id, f"{hit.sighting_id}/{hit.detection_id}")
    return plain


def _remembered(sightings: tuple[Sighting, ...], memory: Memory) -> tuple[Sighting, ...]:
    """Forget whole alerts, oldest first, by our own clock; never the one that has just been seen."""
    newest: dict[str, datetime] = {}
    for sighting in sightings:
        newest[sighting.alert_id] = max(newest.get(sighting.alert_id, sighting.received_at), sighting.received_at)
    horizon = max(newest.values()) - timedelta(seconds=memory.kept_seconds)
    kept: set[str] = set()
    room = memory.kept_sightings
    for alert_id in sorted(newest, key=lambda alert: newest[alert], reverse=True):
        room -= sum(sighting.alert_id == alert_id for sighting in sightings)
        if alert_id == sightings[-1].alert_id or (room >= 0 and newest[alert_id] >= horizon):
            kept.add(alert_id)
    return tuple(sighting for sighting in sightings if sighting.alert_id in kept)


def _expiry(ledger: Ledger, hit: Hit, memory: Memory) -> datetime:
    expiry = hit.received_at + timedelta(seconds=memory.kept_seconds)
    return expiry if ledger.expires_at is None else max(ledger.expires_at, expiry)


def _apart(one: datetime, other: datetime) -> float:
    return abs((one - other).total_seconds())

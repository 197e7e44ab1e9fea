"""Which entries a read hits, and whether it rings: pure decisions.

Source of the ringing rule: "Accountable by construction", A6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rasid.contract.detections import PlateReadV1
from rasid.contract.fields import parse_utc
from rasid.errors import InvalidEvent
from services.alerts.entry import Entry

# Received by our own clock: what lies outside is no read, and would overflow the times derived from it.
EARLIEST_YEAR, LATEST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True)
class Limits:
    """How old a read may be to ring, and how far in the future one may lie before its clock is called wrong."""

    ring_age_seconds: float = 60.0
    future_tolerance_seconds: float = 10.0

    def is_live(self, age_seconds: float) -> bool:
        """Whether a read of this age has just been taken."""
        return -self.future_tolerance_seconds <= age_seconds <= self.ring_age_seconds


@dataclass(frozen=True, slots=True)
class Timing:
    """When a read was taken and what that means.

    `agreed_at` is when the broker took it, where the camera's own time says so too: however wrong the clock of the
    service that received it was, it was on its way then. `seen_at` is the best estimate of when the vehicle passed:
    the camera's time without its skew, or the receipt where that time cannot be right. A historic read never rings as
    live.
    """

    seen_at: datetime
    received_at: datetime
    is_historic: bool
    clock_suspicious: bool
    agreed_at: datetime | None = None

    def was_within(self, entry: Entry) -> bool:
        """Whether an entry was in force when the vehicle passed, or when a live read of it arrived."""
        arrived_at = () if self.is_historic else (self.received_at, self.agreed_at)
        return any(entry.is_in_force(moment) for moment in (self.seen_at, *arrived_at) if moment is not None)


def timing(read: PlateReadV1, appended_at: datetime, limits: Limits) -> Timing:
    """Judge a read's age; `appended_at` is when the broker took it. Raises InvalidEvent for an impossible time.

    The age is that at receipt, so that a delay on our side never silences an alert. Only of a read that says it was
    held back (`is_replay`) the way through the spool counts too, and only such a read, or one from a clock we know,
    can be historic: a camera with a wrong clock rings. Where the camera and the broker agree and the receipt alone
    does not, it is the clock of the service that received it that is wrong.
    """
    received_at, captured_at, taken_at = _times(read)
    arrived_at = max(received_at, appended_at) if read.is_replay else received_at
    age_seconds = _seconds(taken_at, arrived_at)
    agrees = not read.is_replay and any(limits.is_live(_seconds(at, appended_at)) for at in (captured_at, taken_at))
    agreed_at = appended_at if agrees else None
    if limits.is_live(age_seconds):
        suspicious = read.time_quality.suspicious
        return Timing(to_milliseconds(taken_at), received_at, False, suspicious, agreed_at)
    is_clock_known = read.time_quality.skew_seconds is not None and not read.time_quality.suspicious
    if age_seconds > limits.ring_age_seconds and not agrees and (is_clock_known or read.is_replay):
        return Timing(to_milliseconds(taken_at), received_at, True, read.time_quality.suspicious)
    return Timing(received_at, received_at, False, True, agreed_at)


def _seconds(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds()


def _times(read: PlateReadV1) -> tuple[datetime, datetime, datetime]:
    try:
        received_at = parse_utc(read.received_at)
        captured_at = parse_utc(read.captured_at)
        taken_at = captured_at - timedelta(seconds=read.time_quality.skew_seconds or 0.0)
    except (ValueError, OverflowError):
        raise InvalidEvent("time_impossible", "captured_at or received_at is no time there ever was") from None
    if not EARLIEST_YEAR <= received_at.year <= LATEST_YEAR:
        raise InvalidEvent("time_impossible", f"a read cannot have been received in the year {received_at.year}")
    return received_at, captured_at, taken_at


def hits(entries: Iterable[Entry], times: Timing) -> list[Entry]:
    """The entries in force for a read of their plate.

    They were in force when the vehicle passed; a live read also counts for the moment it arrived, because cameras
    write whole seconds and an entry made in this very second is meant to ring.
    """
    return [entry for entry in entries if times.was_within(entry)]


def explain(entry: Entry, read: PlateReadV1) -> tuple[str, ...]:
    """What a person should know about an exact match before acting on it."""
    expected, seen = entry.terms.country, read.plate.country
    if expected is None or seen is None or expected == seen:
        return ()
    return (f"the entry expects a plate of {expected}, the camera takes it for one of {seen}",)


def to_milliseconds(moment: datetime) -> datetime:
    """Drop what is finer than a millisecond: stores and events keep no more."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

"""Which of the cameras could not have seen anything: so that "not found" is not taken for "was not there". No IO.

Two things are told. A camera was *offline* while its link was known to be down. It was *silent* in an hour in which
nothing came of it, neither a read nor a heartbeat: perhaps nothing passed, perhaps it was away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from services.search.knowledge import ALL_HOURS, Knowledge

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOST_GAPS = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """A camera from which nothing could come, or came, from `from_at` until before `to_at`."""

    camera_id: str
    kind: Literal["offline", "silent"]
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of the cameras in a window. `gaps` is cut at `MOST_GAPS`; the counts are of all cameras."""

    from_at: datetime
    to_at: datetime
    known_since: datetime | None
    cameras: int
    offline_cameras: int
    silent_cameras: int
    gaps: tuple[Gap, ...]
    has_more_gaps: bool


def coverage(cameras: Sequence[str], since: datetime, until: datetime, now: datetime, known: Knowledge) -> Coverage:
    """The statement for `cameras` in the part of the window that lies in what is known and has passed."""
    begin = max(since, known.since) if known.since else now
    end = max(min(until, now), begin)
    offline, silent, gaps = 0, 0, list[Gap]()
    for camera_id in cameras:
        down, quiet = list(_offline(camera_id, begin, end, known)), list(_silent(camera_id, begin, end, known))
        offline, silent = offline + bool(down), silent + bool(quiet)
        if len(gaps) <= MOST_GAPS:
            gaps += [*down, *quiet]
    return Coverage(
        from_at=begin,
        to_at=end,
        known_since=known.since,
        cameras=len(cameras),
        offline_cameras=offline,
        silent_cameras=silent,
        gaps=tuple(gaps[:MOST_GAPS]),
        has_more_gaps=len(gaps) > MOST_GAPS,
    )


def _offline(camera_id: str, begin: datetime, end: datetime, known: Knowledge) -> Iterator[Gap]:
    down_at: datetime | None = None
    for link in known.links_of(camera_id):
        if not link.is_up:
            down_at = down_at or link.at
            continue
        down_at = down_at or link.down_since
        if down_at is not None and down_at < end and link.at > begin:
            yield Gap(camera_id, "offline", max(down_at, begin), min(link.at, end))
        down_at = None
    if down_at is not None and down_at < end:
        yield Gap(camera_id, "offline", max(down_at, begin), end)


def _silent(camera_id: str, begin: datetime, end: datetime, known: Knowledge) -> Iterator[Gap]:
    """Whole hours of UTC that lie in the window; those that follow each other as one gap."""
    first, last = _hour_after(begin), _hour_before(end)
    quiet_since: datetime | None = None
    for hour, is_heard in _hours(camera_id, first, last, known):
        if is_heard and quiet_since is not None:
            yield Gap(camera_id, "silent", quiet_since, hour)
        quiet_since = None if is_heard else quiet_since or hour
    if quiet_since is not None:
        yield Gap(camera_id, "silent", quiet_since, last)


def _hours(camera_id: str, first: datetime, last: datetime, known: Knowledge) -> Iterator[tuple[datetime, bool]]:
    """Each hour and whether anything was heard; a day that is all the same comes as its first hour."""
    hour = first
    while hour < last:
        heard = known.hours_of(camera_id, hour.date())
        if hour.hour == 0 and hour + DAY <= last and heard in {0, ALL_HOURS}:
            yield hour, heard == ALL_HOURS
            hour += DAY
            continue
        yield hour, bool(heard >> hour.hour & 1)
        hour += HOUR


def _hour_before(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hour_after(moment: datetime) -> datetime:
    hour = _hour_before(moment)
    return hour if hour == moment else hour + HOUR

"""Which of the cameras could not have seen anything: so that "not found" is not taken for "was not there". No IO.

Two things are told. A camera was *offline* while its link was known to be down. It was *silent* in an hour in which
nothing came of it, neither a read nor a heartbeat: perhaps nothing passed, perhaps it was away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from services.search.knowledge import HOUR, Knowledge

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
    hour = _hour_after(begin)
    count = max(0, (_hour_before(end) - hour) // HOUR)
    offline, silent, gaps = 0, 0, list[Gap]()
    for camera_id in cameras:
        down = list(_offline(camera_id, begin, end, known))
        quiet = ((1 << count) - 1) & ~known.heard(camera_id, hour, count)
        offline, silent = offline + bool(down), silent + bool(quiet)
        if len(gaps) <= MOST_GAPS:
            gaps += [*down, *_silent(camera_id, hour, quiet)]
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


def _silent(camera_id: str, hour: datetime, quiet: int) -> Iterator[Gap]:
    """The hours whose bits are set, counted from `hour`; those that follow each other as one gap."""
    while quiet:
        before = (quiet & -quiet).bit_length() - 1
        quiet >>= before
        length = (~quiet & quiet + 1).bit_length() - 1
        quiet >>= length
        hour += before * HOUR
        yield Gap(camera_id, "silent", hour, hour + length * HOUR)
        hour += length * HOUR


def _hour_before(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hour_after(moment: datetime) -> datetime:
    hour = _hour_before(moment)
    return hour if hour == moment else hour + HOUR

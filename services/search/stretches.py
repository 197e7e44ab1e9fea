"""A window read piece by piece, latest first, so that a page costs what it shows and not what its window holds. No IO.

A page of a busy window is in its last minutes; a rare camera's may be anywhere. So the first piece is short and each
next one many times longer: a month is seven pieces. No engine has to be trusted to stop at the page's end by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.search.paging import Position
from services.search.tiers import Window

FIRST = timedelta(seconds=15)
GROWTH = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """What was captured at exactly this moment, of ids before `before_id`: the rest of what a page ended in."""

    at: datetime
    before_id: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was captured from `since` until before `until`."""

    since: datetime
    until: datetime


Piece = Moment | Stretch


def pieces(window: Window, after: Position | None, *, is_cut: bool) -> Iterator[Piece]:
    """What follows `after` in the window, latest first; the window in one piece unless `is_cut`."""
    until = window.until
    if after is not None and after.captured_at < until:
        until = after.captured_at
        if until >= window.since:
            yield Moment(until, after.passage_id)
    length = FIRST if is_cut else until - window.since
    while until > window.since:
        since = until - length if until - window.since > length else window.since
        yield Stretch(since, until)
        until, length = since, length * GROWTH

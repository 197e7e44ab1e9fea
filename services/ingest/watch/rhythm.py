"""How long a camera is usually silent, by the hour, and how long is too long. No IO.

A camera with signs of life is heard every few seconds, one that only reads plates not for hours at night: each has its
own rhythm. Kept is, for each hour of the day (UTC), the longest ordinary silence that began in it; it fades by a tenth
a day.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

HOURS = 24
FADING = 0.9
# Twice as long as ever is chance, three times is not; who has not been known for a day may have nights.
FACTOR = 3.0
YOUNG_FACTOR = 10.0
YOUNG = timedelta(days=1)
# Less is the platform's own grain, more is another day.
SHORTEST_SECONDS = 120.0
LONGEST_SECONDS = 86_400.0
# Before so many silences are known nobody knows the rhythm.
ENOUGH = 20
UNKNOWN_SECONDS = 3_600.0


class Rhythm(Struct, frozen=True):
    """`slots`: seconds, by the hour in which a silence began; `day`: when they last faded; `known`: up to `ENOUGH`.

    `since`: when the first of them began.
    """

    since: datetime | None = None
    slots: tuple[float, ...] = (0.0,) * HOURS
    day: int = 0
    known: int = 0


def learned(rhythm: Rhythm, began_at: datetime, seconds: float, *, was_told: bool) -> Rhythm:
    """The rhythm after a silence has ended.

    One that was reported teaches no more than twice what was expected: an outage must not make the next one pass for
    ordinary, and a camera whose rhythm has really changed is reported a few times, and then is not.
    """
    if was_told:
        seconds = min(seconds, 2 * expected_seconds(rhythm, began_at) / _factor(rhythm, began_at))
    day, slots = began_at.toordinal(), list(rhythm.slots)
    days = max(0, day - rhythm.day) if rhythm.day else 0
    if days:
        slots = [slot * FADING**days for slot in slots]
    slots[began_at.hour] = max(slots[began_at.hour], min(seconds, LONGEST_SECONDS))
    known = min(ENOUGH, rhythm.known + 1)
    since = rhythm.since or began_at
    return replace(rhythm, since=since, slots=tuple(slots), day=max(day, rhythm.day), known=known)


def expected_seconds(rhythm: Rhythm, began_at: datetime) -> float:
    """How long a silence that began then may last, until it is too long."""
    hour = began_at.hour
    usual = max(rhythm.slots[(hour + shift) % HOURS] for shift in (-1, 0, 1)) or max(rhythm.slots)
    # Not just the hour while it is little known: a quiet road would be told of twenty times.
    shortest = UNKNOWN_SECONDS if rhythm.known < ENOUGH else SHORTEST_SECONDS
    return min(max(_factor(rhythm, began_at) * usual, shortest), LONGEST_SECONDS)


def _factor(rhythm: Rhythm, at: datetime) -> float:
    return YOUNG_FACTOR if rhythm.since is None or at - rhythm.since < YOUNG else FACTOR

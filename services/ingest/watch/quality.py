"""Whether a camera reads worse than it used to: a day of it against its own days before. No IO.

Dirt, a loose bracket, a lamp that died: reads go on and become fewer, unsure or unreadable. Cameras differ by make and
place, so each is its own measure: the median of its days, and by how much they usually differ from it. A day that was
worse is left out of that measure, until two weeks have made it the usual.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Literal

from msgspec import Struct

from rasid.contract.detections import PlateReadV1, VehicleDetectedV1
from rasid.contract.envelope import Event

# What may become worse: the mean confidence, the share of vehicles without a legible plate, the plates an hour.
Sign = Literal["confidence", "unreadable", "reads"]
SIGNS: tuple[Sign, ...] = ("confidence", "unreadable", "reads")

# A day with fewer vehicles says nothing, nor do fewer days, nor fewer hours: an outage leaves broken ones.
ENOUGH = 50
ENOUGH_DAYS = 3
ENOUGH_HOURS = 4
# Where fewer pass by in an hour, a quiet day is chance.
BUSY_PER_HOUR = 6.0
DAYS = 14
# Worse is at least so much of 0-1, and so many times what its days usually differ by; or a third of the usual reads.
MARGIN = 0.1
SPREADS = 4.0
FEW = 3.0

_NONE = (0, 0, 0, 0.0)


class Day(Struct, frozen=True):
    """What one camera sent in a day (UTC): plates by hour, vehicles without one, confidences, and their sum.

    Hours without a plate are not in it: that a camera is not heard is told otherwise, and once for a whole site.
    """

    hours: Mapping[int, int] = {}
    unreadable: int = 0
    rated: int = 0
    confidence: float = 0.0

    @property
    def reads(self) -> int:
        """How many plates."""
        return sum(self.hours.values())

    def plus(self, other: "Day") -> "Day":
        """Both together."""
        return Day(
            {hour: self.hours.get(hour, 0) + other.hours.get(hour, 0) for hour in self.hours.keys() | other.hours},
            self.unreadable + other.unreadable,
            self.rated + other.rated,
            self.confidence + other.confidence,
        )

    def value(self, sign: Sign) -> float | None:
        """The mean confidence, the share, the plates an hour; None where there are too few to say."""
        if sign == "reads":
            return self.reads / len(self.hours) if len(self.hours) >= ENOUGH_HOURS else None
        if sign == "confidence":
            return self.confidence / self.rated if self.rated >= ENOUGH else None
        seen = self.reads + self.unreadable
        return self.unreadable / seen if seen >= ENOUGH else None


class Record(Struct, frozen=True):
    """One camera's days by their ordinal, the signs that were worse on each, and the signs that are told of."""

    days: Mapping[int, Day] = {}
    worse: Mapping[int, tuple[Sign, ...]] = {}
    told: frozenset[Sign] = frozenset()
    judged: int = 0


class Finding(Struct, frozen=True):
    """A sign that became worse, or is as it used to be again."""

    sign: Sign
    is_worse: bool
    value: float


def judge(record: Record, day: int) -> tuple[Record, tuple[Finding, ...]]:
    """Judge one day that is over: what is known afterwards, and what is to be told."""
    today = record.days.get(day, Day())
    found = [one for sign in SIGNS if (one := _finding(record, sign, day, today.value(sign))) is not None]
    bad = tuple(one.sign for one in found if one.is_worse)
    told = record.told.difference(one.sign for one in found).union(bad)
    days = {ordinal: one for ordinal, one in record.days.items() if ordinal > day - DAYS}
    worse = {ordinal: signs for ordinal, signs in record.worse.items() if ordinal in days}
    news = tuple(one for one in found if one.is_worse is not (one.sign in record.told))
    return Record(days, worse | ({day: bad} if bad else {}), told, day), news


def _finding(record: Record, sign: Sign, day: int, value: float | None) -> Finding | None:
    is_worse = None if value is None else _is_worse(sign, value, _usual(record, sign, day))
    return None if value is None or is_worse is None else Finding(sign, is_worse, value)


def _usual(record: Record, sign: Sign, day: int) -> list[float]:
    """Its values on the days before that were not worse; on all of them when too few of those are left."""
    past = {ordinal: one for ordinal, one in record.days.items() if day - DAYS <= ordinal < day}
    good = [one for ordinal, one in past.items() if sign not in record.worse.get(ordinal, ())]
    chosen: Sequence[Day] = good if len(_values(good, sign)) >= ENOUGH_DAYS else list(past.values())
    return _values(chosen, sign)


def _values(days: Iterable[Day], sign: Sign) -> list[float]:
    return [value for one in days if (value := one.value(sign)) is not None]


def _is_worse(sign: Sign, value: float, usual: list[float]) -> bool | None:
    if len(usual) < ENOUGH_DAYS:
        return None
    middle = median(usual)
    spread = SPREADS * median(abs(one - middle) for one in usual)
    if sign == "reads":
        return None if middle < BUSY_PER_HOUR else value < min(middle / FEW, middle - spread)
    limit = max(MARGIN, spread)
    return value > middle + limit if sign == "unreadable" else value < middle - limit


class Tallies:
    """What this process has counted since it was asked for the last time; on the path of every read."""

    def __init__(self) -> None:
        # By camera, day and hour: plates, vehicles without one, plates with a confidence, and its sum.
        self._counts: dict[tuple[str, int, int], tuple[int, int, int, float]] = {}
        self._returned: dict[tuple[str, int], Day] = {}

    def note(self, camera_id: str, received_at: datetime, events: Sequence[Event[Struct]]) -> None:
        """What a post said. What was held back, or is brought in from a file, is of another day."""
        for event in events:
            data = event.data
            if not isinstance(data, PlateReadV1 | VehicleDetectedV1) or data.is_replay:
                continue
            key = camera_id, received_at.toordinal(), received_at.hour
            reads, unreadable, rated, total = self._counts.get(key, _NONE)
            if not isinstance(data, PlateReadV1):
                self._counts[key] = reads, unreadable + 1, rated, total
            elif data.plate.confidence is None:
                self._counts[key] = reads + 1, unreadable, rated, total
            else:
                self._counts[key] = reads + 1, unreadable, rated + 1, total + data.plate.confidence

    def taken(self) -> dict[tuple[str, int], Day]:
        """By camera and day."""
        days, counts = self._returned, self._counts
        self._returned, self._counts = {}, {}
        for (camera_id, day, hour), (reads, unreadable, rated, total) in counts.items():
            one = Day({hour: reads} if reads else {}, unreadable, rated, total)
            days[camera_id, day] = days.get((camera_id, day), Day()).plus(one)
        return days

    def returned(self, days: Mapping[tuple[str, int], Day]) -> None:
        """What was taken could not be written down: keep it."""
        for key, day in days.items():
            self._returned[key] = self._returned.get(key, Day()).plus(day)

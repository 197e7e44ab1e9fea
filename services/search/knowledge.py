"""What search knows of the cameras' presence, in memory: read by every coverage statement, fed by what is stored."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from services.search.camera_day import CameraDay, Link

# Hours are counted from here, a bit each: a year of a camera is a kilobyte, and a window of it one operation.
BASE = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS_A_DAY = 24


class Knowledge:
    """By camera: the hours in which anything was heard, and when the link went up and down."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        """When this store began to hear anything."""
        self._hours: dict[str, int] = defaultdict(int)
        self._links: dict[str, set[Link]] = defaultdict(set)

    def put(self, day: CameraDay) -> None:
        """Add what was heard; twice is as good as once."""
        self._hours[day.camera_id] |= _bits(day)
        if day.links:
            self._links[day.camera_id] |= day.links

    def has(self, day: CameraDay) -> bool:
        """Whether all of it is known."""
        is_known = not _bits(day) & ~self._hours.get(day.camera_id, 0)
        return is_known and day.links <= self._links.get(day.camera_id, set())

    def heard(self, camera_id: str, first: datetime, count: int) -> int:
        """The hours in which anything was heard, a bit each, of `count` whole hours from `first` on."""
        hours, number = self._hours.get(camera_id, 0), _number(first)
        return (hours >> number if number >= 0 else hours << -number) & ((1 << count) - 1)

    def links_of(self, camera_id: str) -> list[Link]:
        """What the link did, in order."""
        return sorted(self._links.get(camera_id, ()), key=lambda link: (link.at, link.is_up, link.event_id))

    def forget(self, before: datetime) -> None:
        """Let go of what lies before."""
        first = max(_number(before), 0)
        for camera_id, hours in self._hours.items():
            self._hours[camera_id] = hours >> first << first
        for links in self._links.values():
            links -= {link for link in links if link.at < before}


def _number(moment: datetime) -> int:
    return (moment - BASE) // HOUR


def _bits(day: CameraDay) -> int:
    """What lies before the base, as cameras with a wrong clock have it, is nothing."""
    first = (date.fromisoformat(day.day) - BASE.date()).days * HOURS_A_DAY
    return sum(1 << first + hour for hour in day.hours) if first >= 0 else 0

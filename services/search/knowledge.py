"""What search knows of the cameras' presence, in memory: read by every coverage statement, fed by what is stored."""

from collections import defaultdict
from datetime import UTC, date, datetime

from services.search.camera_day import CameraDay, Link

ALL_HOURS = (1 << 24) - 1


class Knowledge:
    """By camera: the hours in which anything was heard, and when the link went up and down."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        """When this store began to hear anything."""
        self._hours: dict[str, dict[date, int]] = defaultdict(dict)
        self._links: dict[str, set[Link]] = defaultdict(set)

    def put(self, day: CameraDay) -> None:
        """Add what was heard; twice is as good as once."""
        hours, at = self._hours[day.camera_id], date.fromisoformat(day.day)
        hours[at] = hours.get(at, 0) | _mask(day)
        if day.links:
            self._links[day.camera_id] |= day.links

    def has(self, day: CameraDay) -> bool:
        """Whether all of it is known."""
        known = self._hours.get(day.camera_id, {}).get(date.fromisoformat(day.day))
        return known is not None and not _mask(day) & ~known and day.links <= self._links.get(day.camera_id, set())

    def hours_of(self, camera_id: str, day: date) -> int:
        """The hours of a day in which anything was heard, as bits."""
        return self._hours.get(camera_id, {}).get(day, 0)

    def links_of(self, camera_id: str) -> list[Link]:
        """What the link did, in order."""
        return sorted(self._links.get(camera_id, ()), key=lambda link: (link.at, link.is_up, link.event_id))

    def forget(self, before: datetime) -> None:
        """Let go of what lies before."""
        last = before.astimezone(UTC).date()
        for hours in self._hours.values():
            for day in [day for day in hours if day < last]:
                del hours[day]
        for links in self._links.values():
            links -= {link for link in links if link.at < before}


def _mask(day: CameraDay) -> int:
    return sum(1 << hour for hour in day.hours)

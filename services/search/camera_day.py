"""What was heard of one camera on one UTC day: in which hours, and what its link did. No IO."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from rasid.contract.detections import Detection
from rasid.contract.devices import DeviceConnectedV1, DeviceDisconnectedV1, DeviceEvent, DeviceHealthV1
from rasid.contract.envelope import Event
from rasid.contract.fields import parse_utc

# `2026-11-24T09` of a time as events carry it.
HOUR_CHARACTERS = 13


class Link(Struct, frozen=True, order=True):
    """The link to a camera went up or down at `at`; `down_since` is when it had gone down, where that was not told."""

    at: datetime
    is_up: bool
    event_id: str
    down_since: datetime | None = None


class CameraDay(Struct, frozen=True, kw_only=True):
    """One camera, one day (`2026-11-24`): the hours in which anything came of it, and its link's changes."""

    camera_id: str
    day: str
    hours: frozenset[int] = frozenset()
    links: frozenset[Link] = frozenset()

    @property
    def key(self) -> str:
        """Unique for camera and day."""
        return f"{self.camera_id}/{self.day}"


def united(days: Iterable[CameraDay]) -> list[CameraDay]:
    """One for each camera and day."""
    found: dict[str, CameraDay] = {}
    for day in days:
        known = found.get(day.key, day)
        found[day.key] = CameraDay(
            camera_id=day.camera_id, day=day.day, hours=known.hours | day.hours, links=known.links | day.links
        )
    return list(found.values())


def of_detections(seen: Iterable[Detection]) -> list[CameraDay]:
    """A camera that sees something is there: when it says so, and, unless its clock is doubtful, when it saw it."""
    hours = set()
    for data in seen:
        hours.add((data.camera_id, data.received_at[:HOUR_CHARACTERS]))
        if not data.time_quality.suspicious and data.captured_at < data.received_at:
            hours.add((data.camera_id, data.captured_at[:HOUR_CHARACTERS]))
    return united(heard(camera_id, parse_utc(f"{hour}:00Z")) for camera_id, hour in hours)


def of_device(event: Event[DeviceEvent]) -> CameraDay:
    """What a device event says of the camera's presence."""
    data = event.data
    at = parse_utc(data.received_at)
    match data:
        case DeviceDisconnectedV1():
            return heard(data.camera_id, at, Link(at, is_up=False, event_id=event.id))
        case DeviceConnectedV1():
            since = None if data.after_seconds is None else at - timedelta(seconds=data.after_seconds)
            return heard(data.camera_id, at, Link(at, is_up=True, event_id=event.id, down_since=since))
        case DeviceHealthV1() if data.health.component == "link" and data.health.state != "degraded":
            return heard(data.camera_id, at, Link(at, is_up=data.health.state == "ok", event_id=event.id))
    return heard(data.camera_id, at)


def heard(camera_id: str, at: datetime, link: Link | None = None) -> CameraDay:
    """A sign of life; a link that went down is none."""
    utc = at.astimezone(UTC)
    hours = frozenset({utc.hour}) if link is None or link.is_up else frozenset[int]()
    links = frozenset[Link]() if link is None else frozenset({link})
    return CameraDay(camera_id=camera_id, day=utc.date().isoformat(), hours=hours, links=links)

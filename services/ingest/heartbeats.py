"""Lets a camera's heartbeats through at most once a minute. No IO.

A heartbeat's id is made of its camera and minute, so that what several processes let through in one minute is one
event.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.devices import DeviceHealthV1
from rasid.contract.envelope import Event
from rasid.contract.event_ids import caused_id


def is_heartbeat(event: Event[Struct]) -> bool:
    """Whether the event says no more than that the camera is alive."""
    return isinstance(event.data, DeviceHealthV1) and event.data.health.component == "heartbeat"


def of_its_minute(event: Event[Struct], camera_id: str, received_at: datetime) -> Event[Struct]:
    """The heartbeat with its minute's id."""
    return replace(event, id=caused_id(f"heartbeat:{camera_id}", _minute(received_at)))


class Heartbeats:
    """The last minute in which each camera's heartbeat was published by this process."""

    def __init__(self) -> None:
        self._published: dict[str, str] = {}

    def is_due(self, camera_id: str, received_at: datetime) -> bool:
        """Whether this minute's heartbeat has not been published yet."""
        return self._published.get(camera_id) != _minute(received_at)

    def published(self, camera_id: str, received_at: datetime) -> None:
        """The broker has this minute's heartbeat."""
        self._published[camera_id] = _minute(received_at)


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")

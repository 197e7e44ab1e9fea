"""That a camera which Rasid asks is connected, or is not any more: the events, and why a connection ends. No IO."""

from datetime import datetime
from typing import Literal

from rasid.contract.devices import DeviceConnectedV1, DeviceDisconnectedV1
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.errors import RasidError
from services.ingest.payload.reading import CameraContext

SOURCE = "/ingest/pull"

Reason = Literal["unreachable", "refused", "not_a_stream", "silent", "cut", "too_large", "no_credential", "fault"]


class Broken(RasidError):
    """A connection to a camera ended, or was none. `detail` is for an engineer and holds no secret."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


def connected(camera: CameraContext, at: datetime, *, after_seconds: float | None) -> Event[DeviceConnectedV1]:
    """The camera is being heard from, again after so many seconds, or for the first time."""
    return new_event(
        caused_id(f"connection:{camera.camera_id}", f"connected:{utc_text(at)}"),
        f"{SOURCE}/{camera.camera_id}",
        at,
        DeviceConnectedV1(
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            captured_at=utc_text(at),
            received_at=utc_text(at),
            after_seconds=after_seconds,
        ),
    )


def disconnected(camera: CameraContext, at: datetime, reason: Reason) -> Event[DeviceDisconnectedV1]:
    """The connection to the camera is lost."""
    return new_event(
        caused_id(f"connection:{camera.camera_id}", f"disconnected:{utc_text(at)}"),
        f"{SOURCE}/{camera.camera_id}",
        at,
        DeviceDisconnectedV1(
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            captured_at=utc_text(at),
            received_at=utc_text(at),
            reason=reason,
        ),
    )

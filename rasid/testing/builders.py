"""Valid events with sensible values; a test names only what it is about."""

from datetime import datetime, timedelta
from typing import Any

from rasid.contract.detections import Adapter, Plate, PlateReadV1, TimeQuality
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import event_id, sighting_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseStateV1
from rasid.testing.clock import START


def plate_read(
    plate: str = "13A12345",
    *,
    camera_id: str = "cam-1",
    track: str = "1",
    received_at: datetime = START,
    **changes: Any,
) -> Event[PlateReadV1]:
    """A read of `plate` by `camera_id`; `track` names the vehicle's passage, `changes` replace fields of the data."""
    sighting = sighting_id(camera_id, track)
    fields: dict[str, Any] = {
        "camera_id": camera_id,
        "site_id": None,
        "sighting_id": sighting,
        "revision": 0,
        "phase": "new",
        "is_replay": False,
        "captured_at": utc_text(received_at - timedelta(milliseconds=300)),
        "received_at": utc_text(received_at),
        "time_quality": TimeQuality(source="vendor_offset"),
        "adapter": Adapter(name="hikvision", version="1"),
        "plate": Plate(raw=plate, text=plate, script="latin"),
    }
    data = PlateReadV1(**(fields | changes))
    identity = event_id(
        camera_id=camera_id,
        adapter="hikvision",
        type_name="plate.read",
        ordinal=0,
        sighting=data.sighting_id,
        revision=data.revision,
        part=plate.encode(),
    )
    return new_event(identity, f"/ingest/hikvision/{camera_id}", received_at, data)


def case_state(case_id: str = "case-1", **changes: Any) -> Event[CaseStateV1]:
    """An open investigation of the police with `officer-1` assigned; `changes` replace fields of the data."""
    fields: dict[str, Any] = {
        "case_id": case_id,
        "agency": "police",
        "kind": "investigation",
        "state": "open",
        "assigned": ("officer-1",),
        "opened_at": utc_text(START),
        "version": 1,
    }
    data = CaseStateV1(**(fields | changes))
    return new_event(f"{case_id}-{data.version}", "/casework", START, data)

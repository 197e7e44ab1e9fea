"""Reads and passages for the tests of the search service."""

from datetime import timedelta
from typing import Any

from rasid.contract.detections import PlateReadV1, Vehicle, VehicleDetectedV1
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import event_id
from rasid.contract.fields import utc_text
from rasid.testing.builders import plate_read
from rasid.testing.clock import START
from services.search.passage import Passage
from services.search.passages import passage_of

PLATE = "13A12345"
DAY = timedelta(days=1)
RETENTION = 21 * DAY


def read(plate: str = PLATE, *, seen: float = 0.0, received: float | None = None, **changes: Any) -> Event[PlateReadV1]:
    """A read taken `seen` seconds after START, received `received` seconds after it (0.3 s later when not given)."""
    received_at = START + timedelta(seconds=seen + 0.3 if received is None else received)
    captured = {"captured_at": utc_text(START + timedelta(seconds=seen))}
    return plate_read(plate, received_at=received_at, **(captured | changes))


def vehicle(*, seen: float = 0.0, **changes: Any) -> Event[VehicleDetectedV1]:
    """A vehicle whose plate the camera could not read."""
    like = read(seen=seen, **changes).data
    fields = {name: getattr(like, name) for name in like.__struct_fields__ if name != "plate"}
    data = VehicleDetectedV1(**(fields | {"vehicle": changes.get("vehicle", Vehicle(color="white"))}))
    identity = event_id(
        camera_id=data.camera_id,
        adapter="hikvision",
        type_name="vehicle.detected",
        ordinal=0,
        sighting=data.sighting_id,
        revision=data.revision,
        part=b"vehicle",
    )
    return new_event(identity, f"/ingest/hikvision/{data.camera_id}", START, data)


def passage(*args: Any, **changes: Any) -> Passage:
    """The passage of one read."""
    return passage_of(read(*args, **changes), RETENTION)

"""Examples of what a camera over the market square saw: persons, things, a face, a count."""

from typing import Any

from msgspec import Struct

from rasid.contract.detections import (
    Adapter,
    Count,
    CountReportedV1,
    DetectedObject,
    Face,
    FaceDetectedV1,
    ObjectDetectedV1,
    PersonDetectedV1,
    TimeQuality,
    VendorIds,
)
from rasid.contract.envelope import Event
from rasid.contract.event_ids import sighting_id
from rasid.contract.fields import Box
from tools.generate.examples.detections import common, image, seen


def _of_square(track: str, **changes: Any) -> dict[str, Any]:
    """What a camera over the market square says: pixels of a known frame, no vehicle."""
    return common(
        camera_id="market-square",
        site_id="market",
        sighting_id=sighting_id("market-square", track),
        time_quality=TimeQuality(source="vendor_utc", zone="UTC"),
        vendor_time="2026-11-24T06:15:30.482000Z",
        vendor=VendorIds(track_id=track, device_serial="EXAMPLE-0002"),
        adapter=Adapter(name="axis", version="1"),
        **({"images": (), "raw": {}} | changes),
    )


PERSON_BOX = Box(left=0.501, top=0.22, right=0.546, bottom=0.408)
PERSON_DETECTED = seen(
    PersonDetectedV1(
        **_of_square(
            "1763964930-17",
            objects=(
                DetectedObject(object_id="17", klass="person", class_raw="Human", confidence=0.91, box=PERSON_BOX),
            ),
        ),
    ),
    "person.detected",
)
OBJECT_DETECTED = seen(
    ObjectDetectedV1(
        **_of_square(
            "1763964930-18",
            phase="update",
            revision=1200,
            objects=(DetectedObject(object_id="18", parent_id="17", klass="bag", class_raw="Bag", confidence=0.6),),
        ),
    ),
    "object.detected",
)
FACE_BOX = Box(left=0.514, top=0.226, right=0.531, bottom=0.259)
FACE_DETECTED = seen(
    FaceDetectedV1(
        **_of_square(
            "1763964930-19",
            objects=(DetectedObject(object_id="19", parent_id="17", klass="face", class_raw="Face", box=FACE_BOX),),
            images=(image("face", "face", 8_402),),
            warnings=("attribute_dropped",),
        ),
        face=Face(box=FACE_BOX, quality=0.77),
    ),
    "face.detected",
)
COUNT_REPORTED = seen(
    CountReportedV1(
        **_of_square("entrance/2026-11-24T06:15", objects=()),
        counts={"person": Count(in_=42, out=37), "vehicle": Count(total=3)},
        interval_seconds=900.0,
    ),
    "count.reported",
)

EXAMPLES: dict[str, Event[Struct]] = {
    "person.detected.v1": PERSON_DETECTED,
    "object.detected.v1": OBJECT_DETECTED,
    "count.reported.v1": COUNT_REPORTED,
    "face.detected.v1": FACE_DETECTED,
}

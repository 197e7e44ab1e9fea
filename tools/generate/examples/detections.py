"""Examples of what cameras saw."""

from datetime import timedelta
from typing import Any

from msgspec import Struct

from rasid.contract.detections import (
    Adapter,
    Candidate,
    DetectedObject,
    Detection,
    Image,
    ImageKind,
    Plate,
    PlateReadV1,
    Rule,
    RuleTriggeredV1,
    TimeQuality,
    Vehicle,
    VehicleDetectedV1,
    VendorIds,
)
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import event_id, sighting_id
from rasid.contract.fields import Box, Location, utc_text
from rasid.contract.pictures import make_key, make_uri
from tools.generate.examples.story import CAMERA, PLATE_RAW, PLATE_TEXT, RECEIVED_AT, SEEN_AT, SITE, picture_digest

ADAPTER = Adapter(name="hikvision", version="1")
LOCATION = Location(latitude=31.8356, longitude=47.1448)
DAY = timedelta(days=1)
PLATE_BOX = Box(left=0.412, top=0.643, right=0.537, bottom=0.689)
VEHICLE_BOX = Box(left=0.303, top=0.28, right=0.661, bottom=0.744)
SIGHTING = sighting_id(CAMERA, "0b1c7d20-3f52-4f4e-9a41-6f1f6a7f3c11")


def image(kind: ImageKind, name: str, size_bytes: int) -> Image:
    """A picture by reference."""
    sha256 = picture_digest(name)
    of_face = kind == "face"
    key = make_key("face" if of_face else "other", RECEIVED_AT + (3 if of_face else 21) * DAY, sha256)
    return Image(
        kind=kind,
        sha256=sha256,
        media_type="image/jpeg",
        size_bytes=size_bytes,
        uri=make_uri(key, 61_440, size_bytes),
    )


IMAGES = (image("plate", "plate", 11_874), image("overview", "overview", 60_211))


def common(**changes: Any) -> dict[str, Any]:
    """What every detection of the story carries."""
    fields = {
        "camera_id": CAMERA,
        "site_id": SITE,
        "sighting_id": SIGHTING,
        "revision": 0,
        "phase": "new",
        "is_replay": False,
        "captured_at": utc_text(SEEN_AT),
        "received_at": utc_text(RECEIVED_AT),
        "time_quality": TimeQuality(source="vendor_offset", zone="+03:00", skew_seconds=0.2),
        "vendor_time": "2026-11-24T09:15:30.482+03:00",
        "vendor": VendorIds(
            event_id="0b1c7d20-3f52-4f4e-9a41-6f1f6a7f3c11",
            track_id="48213",
            device_serial="DS-EXAMPLE-0001",
            channel="1",
        ),
        "objects": (
            DetectedObject(object_id="1", klass="vehicle", class_raw="SUVMPV", box=VEHICLE_BOX, color=("white",)),
            DetectedObject(object_id="2", parent_id="1", klass="plate", confidence=0.97, box=PLATE_BOX),
        ),
        "images": IMAGES,
        "location": LOCATION,
        "raw": {"box": {"values": [412, 643, 125, 46], "space": "grid1000"}, "confidence": 97},
        "adapter": ADAPTER,
    }
    return fields | changes


def seen(data: Detection, name: str) -> Event[Struct]:
    """A detection as ingest would publish it."""
    identity = event_id(
        camera_id=data.camera_id,
        adapter=data.adapter.name,
        type_name=name,
        ordinal=0,
        sighting=data.sighting_id,
        revision=data.revision,
        part=name.encode(),
    )
    return new_event(identity, f"/ingest/{data.adapter.name}/{data.camera_id}", SEEN_AT, data)


PLATE_READ = seen(
    PlateReadV1(
        **common(),
        plate=Plate(
            raw=PLATE_RAW,
            text=PLATE_TEXT,
            script="latin",
            country="IQ",
            country_raw="59",
            region="Maysan",
            fields={"governorate": "13", "letter": "A", "serial": "12345"},
            is_format_valid=True,
            confidence=0.97,
            character_confidences=(0.99, 0.98, 0.96, 0.99, 0.99, 0.97, 0.98, 0.97),
            candidates=(Candidate(text="13A12545", confidence=0.41),),
            box=PLATE_BOX,
            plate_type="civil",
            color="white",
        ),
        vehicle=Vehicle(
            kind="SUVMPV",
            make="Toyota",
            color="white",
            confidence=0.83,
            direction="approaching",
            heading_degrees=90.0,
            speed_mps=11.4,
            box=VEHICLE_BOX,
        ),
    ),
    "plate.read",
)
ARABIC_PLATE_READ = seen(
    PlateReadV1(
        **common(
            camera_id="market-in",
            site_id="market",
            sighting_id=sighting_id("market-in", "2026-11-24/911"),
            time_quality=TimeQuality(source="camera_zone", zone="Asia/Baghdad"),
            vendor_time="2026-11-24T09:15:30",
            objects=(),
            raw={},
            warnings=("confidence_missing",),
        ),
        plate=Plate(
            raw="١٢٣٤٥ ميسان",
            text="12345ميسان",
            script="arabic",
            country="IQ",
            region="Maysan",
            fields={"serial": "12345"},
            is_format_valid=True,
        ),
    ),
    "plate.read",
)
ALGERIAN_PLATE_READ = seen(
    PlateReadV1(
        **common(
            camera_id="rue-didouche-3",
            site_id="rue-didouche",
            sighting_id=sighting_id("rue-didouche-3", "2026-11-24/77120"),
            time_quality=TimeQuality(source="vendor_offset", zone="+01:00", skew_seconds=-0.4),
            vendor_time="2026-11-24T07:15:30+01:00",
            objects=(),
            location=Location(latitude=36.7697, longitude=3.0539),
            raw={},
        ),
        plate=Plate(
            raw="01234 115 16",
            text="0123411516",
            script="latin",
            country="DZ",
            region="Alger",
            fields={"serial": "01234", "class": "1", "year": "15", "wilaya": "16"},
            is_format_valid=True,
            confidence=0.92,
        ),
        vehicle=Vehicle(kind="vehicle", direction="departing"),
    ),
    "plate.read",
)
VEHICLE_DETECTED = seen(
    VehicleDetectedV1(
        **common(
            sighting_id=sighting_id(CAMERA, "2026-11-24/48214"),
            objects=(DetectedObject(object_id="1", klass="vehicle", class_raw="truck", box=VEHICLE_BOX),),
            images=(IMAGES[1],),
            raw={"plate": "unknown"},
        ),
        vehicle=Vehicle(kind="truck", color="blue", direction="departing", box=VEHICLE_BOX),
    ),
    "vehicle.detected",
)
RULE_TRIGGERED = seen(
    RuleTriggeredV1(
        **common(
            camera_id="market-square",
            site_id="market",
            sighting_id=sighting_id("market-square", "2026-11-24/3107"),
            received_at=utc_text(SEEN_AT + timedelta(seconds=1)),
            objects=(DetectedObject(klass="person", class_raw="human"),),
            images=(),
            raw={"event_type": "linedetection"},
        ),
        rule=Rule(
            kind="line_crossed",
            name="Ligne du marché",
            state="start",
            direction="left-right",
            region=((0.1, 0.52), (0.88, 0.49)),
        ),
    ),
    "rule.triggered",
)


EXAMPLES: dict[str, Event[Struct]] = {
    "plate.read.v1": PLATE_READ,
    "plate.read.v1.arabic": ARABIC_PLATE_READ,
    "plate.read.v1.algeria": ALGERIAN_PLATE_READ,
    "vehicle.detected.v1": VEHICLE_DETECTED,
    "rule.triggered.v1": RULE_TRIGGERED,
}

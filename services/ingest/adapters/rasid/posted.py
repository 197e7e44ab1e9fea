"""What an event looks like as it is posted: the event contract's own parts, with the bounds that decoding keeps."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from rasid.contract.detections import (
    Candidate,
    Count,
    DetectedObject,
    Face,
    ImageKind,
    Phase,
    Rule,
    Vehicle,
    VendorIds,
    View,
)
from rasid.contract.devices import Health
from rasid.contract.fields import Box, Location, Ratio
from services.ingest.payload.survey import vocabulary

MOST_REVISION = 2**53

Type = Literal[
    "plate.read",
    "vehicle.detected",
    "person.detected",
    "object.detected",
    "face.detected",
    "rule.triggered",
    "count.reported",
    "device.health",
    "device.connected",
    "device.disconnected",
]
TYPES: tuple[str, ...] = get_args(Type)


class PostedPlate(Struct, frozen=True, kw_only=True):
    """The plate as read; `text` stands in where there is no `raw`."""

    raw: str | None = None
    text: str | None = None
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] | None = None
    country_raw: str | None = None
    confidence: Ratio | None = None
    character_confidences: tuple[Ratio, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    box: Box | None = None
    plate_type: str | None = None
    color: str | None = None
    list_mode: str | None = None


class PostedImage(Struct, frozen=True):
    """A picture in base64; without, one that is elsewhere. Pictures may also be parts of the post."""

    kind: ImageKind
    data: str | None = None


class Told(Struct, frozen=True, kw_only=True):
    """One event as posted."""

    type: Type
    captured_at: str
    vendor: VendorIds = VendorIds()
    revision: Annotated[int, Meta(ge=0, le=MOST_REVISION)] = 0
    phase: Phase = "new"
    is_replay: bool = False
    objects: tuple[DetectedObject, ...] = ()
    vehicle: Vehicle = Vehicle()
    images: tuple[PostedImage, ...] = ()
    view: View | None = None
    location: Location | None = None
    plate: PostedPlate | None = None
    face: Face = Face()
    rule: Rule | None = None
    counts: dict[str, Count] = field(default_factory=dict)
    interval_seconds: Annotated[float, Meta(ge=0)] | None = None
    health: Health | None = None
    reason: str | None = None


_KNOWN = """
adapter after_seconds animal bag bottom box camera_id candidates captured_at channel character_confidences class
class_raw code color component confidence country country_raw counts data datacontenttype dataschema
device_serial direction event_id face fields governorate group_id heading_degrees health id images in
interval_seconds is_format_valid is_replay kind latitude left letter list_mode location longitude make
media_type model name object_id objects other out pan_degrees parent_id person phase plate plate_type preset
quality raw reason received_at region revision right rule script serial sha256 sighting_id site_id size_bytes
skew_seconds source specversion speed_mps state subject suspicious template template_dims template_model text
tilt_degrees time time_quality top topic total track_id type unit unknown uri value vehicle vendor vendor_time
version view warnings wilaya year zone zoom
"""
VOCABULARY = vocabulary(_KNOWN, identification="person_name personName person_id similarity identity enrollment_id")

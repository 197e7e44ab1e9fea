"""What cameras saw: the events of `rasid.detections.v1`."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from rasid.contract.fields import Box, Identifier, Location, Ratio, Sha256, UtcTime

ObjectClass = Literal["vehicle", "person", "face", "plate", "animal", "bag", "other", "unknown"]
Phase = Literal["new", "update", "end"]
Script = Literal["latin", "arabic", "mixed", "other"]
TimeSource = Literal["vendor_utc", "vendor_offset", "camera_zone", "received"]
Direction = Literal["approaching", "departing", "forward", "backward"]
ImageKind = Literal["plate", "vehicle", "face", "person", "overview"]
RuleKind = Literal[
    "line_crossed",
    "zone_intrusion",
    "zone_entered",
    "zone_left",
    "loitering",
    "motion",
    "tamper",
    "digital_input",
    "audio",
    "crowd",
    "wrong_way",
    "parking",
    "speeding",
    "red_light",
    "other",
]


class Adapter(Struct, frozen=True):
    """Which adapter read the payload."""

    name: Identifier
    version: str


class TimeQuality(Struct, frozen=True, kw_only=True):
    """How far `captured_at` can be trusted, and where it came from."""

    source: TimeSource
    zone: str | None = None
    skew_seconds: float | None = None
    suspicious: bool = False


class VendorIds(Struct, frozen=True, kw_only=True):
    """The device's own identifiers, as text: 64-bit counters do not survive BSON and JavaScript."""

    event_id: str | None = None
    group_id: str | None = None
    track_id: str | None = None
    device_serial: str | None = None
    channel: str | None = None
    topic: str | None = None


class DetectedObject(Struct, frozen=True, kw_only=True):
    """One object in the picture."""

    object_id: str | None = None
    parent_id: str | None = None
    klass: ObjectClass = field(name="class", default="unknown")
    class_raw: str | None = None
    confidence: Ratio | None = None
    box: Box | None = None
    color: tuple[str, ...] = ()


class Image(Struct, frozen=True, kw_only=True):
    """A picture by reference; `uri` is opaque, `media_type` was sniffed from the bytes."""

    kind: ImageKind
    sha256: Sha256
    media_type: str
    size_bytes: Annotated[int, Meta(ge=0)]
    uri: str | None = None


class View(Struct, frozen=True, kw_only=True):
    """Where a PTZ camera looked at that moment."""

    preset: str | None = None
    pan_degrees: float | None = None
    tilt_degrees: float | None = None
    zoom: float | None = None


class Candidate(Struct, frozen=True):
    """Another reading of the same plate."""

    text: str
    confidence: Ratio | None = None


class Plate(Struct, frozen=True, kw_only=True):
    """A plate as read (`raw`) and in its normalized form (`text`)."""

    raw: str
    text: Annotated[str, Meta(min_length=1)]
    script: Script
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] | None = None
    country_raw: str | None = None
    region: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    is_format_valid: bool | None = None
    confidence: Ratio | None = None
    character_confidences: tuple[Ratio, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    box: Box | None = None
    plate_type: str | None = None
    color: str | None = None
    list_mode: str | None = None


class Vehicle(Struct, frozen=True, kw_only=True):
    """The vehicle around a plate, as far as the camera says."""

    kind: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    confidence: Ratio | None = None
    direction: Direction | None = None
    heading_degrees: Annotated[float, Meta(ge=0, le=360)] | None = None
    speed_mps: Annotated[float, Meta(ge=0)] | None = None
    box: Box | None = None


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of the camera's own that fired."""

    kind: RuleKind
    name: str | None = None
    state: Literal["start", "stop", "pulse"] = "pulse"
    direction: str | None = None
    region: tuple[tuple[Ratio, Ratio], ...] = ()


class Detection(Struct, frozen=True, kw_only=True):
    """What every detection carries. Identity rules: `rasid.contract.event_ids`."""

    camera_id: Identifier
    site_id: Identifier | None
    sighting_id: str
    revision: Annotated[int, Meta(ge=0)]
    phase: Phase
    is_replay: bool
    captured_at: UtcTime
    received_at: UtcTime
    time_quality: TimeQuality
    vendor_time: str | None = None
    vendor: VendorIds = VendorIds()
    objects: tuple[DetectedObject, ...] = ()
    images: tuple[Image, ...] = ()
    view: View | None = None
    location: Location | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    adapter: Adapter
    warnings: tuple[str, ...] = ()


class PlateReadV1(Detection, frozen=True, kw_only=True):
    """A camera read a plate."""

    plate: Plate
    vehicle: Vehicle = Vehicle()


class VehicleDetectedV1(Detection, frozen=True, kw_only=True):
    """A camera saw a vehicle and read no legible plate."""

    vehicle: Vehicle = Vehicle()


class RuleTriggeredV1(Detection, frozen=True, kw_only=True):
    """A rule on the camera itself fired: a line crossed, a zone entered, motion, a digital input."""

    rule: Rule

"""What cameras saw: the events of `rasid.detections.v1` and `rasid.faces.v1`."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from rasid.contract.fields import Identifier, Location, UtcTime
from rasid.contract.scene import (
    Candidate,
    Count,
    DetectedObject,
    Direction,
    Face,
    Image,
    ImageKind,
    ObjectClass,
    Plate,
    Rule,
    RuleKind,
    Script,
    Vehicle,
    View,
)

__all__ = [
    "Adapter",
    "Candidate",
    "Count",
    "CountReportedV1",
    "DetectedObject",
    "Detection",
    "Direction",
    "Face",
    "FaceDetectedV1",
    "Image",
    "ImageKind",
    "ObjectClass",
    "ObjectDetectedV1",
    "PersonDetectedV1",
    "Phase",
    "Plate",
    "PlateReadV1",
    "Rule",
    "RuleKind",
    "RuleTriggeredV1",
    "Script",
    "TimeQuality",
    "TimeSource",
    "Vehicle",
    "VehicleDetectedV1",
    "VendorIds",
    "View",
]

Phase = Literal["new", "update", "end"]
TimeSource = Literal["vendor_utc", "vendor_offset", "camera_zone", "received"]


class Adapter(Struct, frozen=True):
    """Which adapter read the payload.

    Attributes:
        name: The vendor format
        version: Grows when the adapter reads the same payload differently
    """

    name: Identifier
    version: str


class TimeQuality(Struct, frozen=True, kw_only=True):
    """How far `captured_at` can be trusted, and where it came from.

    Attributes:
        source: The vendor's UTC, the vendor's time with its offset, its local time in the camera's zone, or arrival
        zone: The IANA zone or offset that was applied
        skew_seconds: How far the camera's clock is estimated to be ahead; null while unknown
        suspicious: It disagrees with the configured zone, lies in the future, before 2015, or far from arrival
    """

    source: TimeSource
    zone: str | None = None
    skew_seconds: float | None = None
    suspicious: bool = False


class VendorIds(Struct, frozen=True, kw_only=True):
    """The device's own identifiers, as text: 64-bit counters do not survive BSON and JavaScript.

    Attributes:
        event_id: Of this event
        group_id: Of the snapshots of one vehicle or person
        track_id: Of the track
        device_serial: Serial number or hardware address of the device
        channel: Channel of a recorder
        topic: ONVIF or MQTT topic
    """

    event_id: str | None = None
    group_id: str | None = None
    track_id: str | None = None
    device_serial: str | None = None
    channel: str | None = None
    topic: str | None = None


class Detection(Struct, frozen=True, kw_only=True):
    """What every detection carries. Identity rules: `rasid.contract.event_ids`.

    Attributes:
        camera_id: The camera, as registered
        site_id: Its site, as registered; null when the camera has none
        sighting_id: Groups one device's revisions of one track
        revision: Grows with the vendor's updates of the sighting; gaps are normal
        phase: Whether the sighting begins, goes on or ends
        is_replay: The device or the spool says that it sends again or late: a hint, never a verdict
        captured_at: When it was seen, as well as can be told (see `time_quality`)
        received_at: When the payload arrived
        time_quality: How far `captured_at` can be trusted
        vendor_time: The vendor's own text, unaltered
        vendor: The device's own identifiers
        objects: Everything in the picture that the camera named
        images: The pictures that came with it
        view: Where a PTZ camera looked; null for a fixed one
        location: Where it was; null when unset (0/0 is unset)
        raw: What normalizing replaced, in the vendor's units
        adapter: Which adapter read the payload
        warnings: Short stable codes of what was doubtful or dropped, each once
    """

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
    """A camera read a plate.

    Attributes:
        plate: The plate
        vehicle: The vehicle it is on
    """

    plate: Plate
    vehicle: Vehicle = Vehicle()


class VehicleDetectedV1(Detection, frozen=True, kw_only=True):
    """A camera saw a vehicle and read no legible plate.

    Attributes:
        vehicle: The vehicle
    """

    vehicle: Vehicle = Vehicle()


class PersonDetectedV1(Detection, frozen=True, kw_only=True):
    """A camera saw a person, on foot or on something.

    Attributes:
        vehicle: What the person rides, where the camera says
    """

    vehicle: Vehicle = Vehicle()


class ObjectDetectedV1(Detection, frozen=True, kw_only=True):
    """A camera saw something that is neither a vehicle nor a person, or that it has no class for.

    Attributes:
        vehicle: The vehicle it belongs to, where the camera says
    """

    vehicle: Vehicle = Vehicle()


class FaceDetectedV1(Detection, frozen=True, kw_only=True):
    """A camera saw a face; on the faces' own topic, with a crop as its picture of kind `face`.

    Attributes:
        face: The face
    """

    face: Face = Face()


class RuleTriggeredV1(Detection, frozen=True, kw_only=True):
    """A rule on the camera itself fired: a line crossed, a zone entered, motion, a digital input.

    Attributes:
        rule: The rule
    """

    rule: Rule


class CountReportedV1(Detection, frozen=True, kw_only=True):
    """A camera reported what it counted.

    Attributes:
        counts: By class, in our words where there is one
        interval_seconds: The time it counted over; null when it counts on and on, or does not say
    """

    counts: dict[str, Count] = field(default_factory=dict)
    interval_seconds: Annotated[float, Meta(ge=0)] | None = None

"""One object of a frame, with what belongs to it, as an event.

The track is the vehicle's where a plate has one: vehicle and plate are one sighting. Object ids start again after a
reboot; what grows with them is the time within the day, as their sighting's day is part of its id.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.detections import DetectedObject, ImageKind, Phase, Vehicle, VendorIds, View
from rasid.contract.fields import Location
from services.ingest.adapters.onvif.opening import own_part
from services.ingest.adapters.onvif.plates import described, plate_of, plate_raw, vehicle_of
from services.ingest.adapters.onvif.seen import Seen, location
from services.ingest.adapters.onvif.words import DIRECTIONS, PICTURES
from services.ingest.payload.english import plain
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import Draft, FaceSeen, Fact, Picture, Sighted, VendorTime
from services.ingest.payload.redaction import without_credentials
from services.ingest.payload.tree import Node


class Around(Struct, frozen=True):
    """What a frame says about all its objects (`frame` is all of it but them), and what concerns this one."""

    frame: Node
    time: VendorTime
    track: str | None = None
    phase: Phase = "new"
    source: str | None = None
    channel: str | None = None
    parent: Seen | None = None
    notes: dict[str, object] = {}
    pictures: tuple[Picture, ...] = ()
    view: View | None = None
    warnings: tuple[str, ...] = ()


def draft_of(one: Seen, around: Around) -> Draft:
    """The event that an object makes."""
    track = around.track
    return Draft(
        part=_part(one, around),
        time=around.time,
        fact=_fact(one),
        vendor_key=track,
        vendor_key_is_counter=True,
        revision=0 if track is None else revision_at(around.time.moment),
        phase=around.phase,
        vendor=VendorIds(track_id=one.object_id, channel=around.channel),
        vehicle=_vehicle(one, around.parent),
        objects=_objects(one, around.parent),
        pictures=(*_pictures(one, around.parent), *around.pictures),
        view=around.view,
        location=_location(one, around.parent),
        raw=_raw(one, around),
        warnings=(*around.warnings, *(one.place.warnings if one.place else ())),
    )


def _part(one: Seen, around: Around) -> bytes:
    """All that the event is made of: another parent, phase or damage makes another event."""
    parent = None if around.parent is None else around.parent.node
    return own_part(around.frame, one.node, parent, around.phase, around.warnings)


def revision_at(moment: datetime | None) -> int:
    """Milliseconds of the UTC day; 0 when there is no time."""
    if moment is None:
        return 0
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return seconds * 1000 + moment.microsecond // 1000


def track_of(one: Seen, told: set[str]) -> str | None:
    """The track that an object's sighting is named by: of a plate its vehicle's, unless that has told one already."""
    if one.klass != "plate" or one.parent_id is None or one.parent_id in told:
        return one.object_id
    told.add(one.parent_id)
    return one.parent_id


def _fact(one: Seen) -> Fact:
    match one.klass:
        case "plate":
            return plate_of(described(one.appearance, "LicensePlateInfo"), one.box)
        case "face":
            return FaceSeen(box=one.box)
        case "vehicle":
            return Sighted("vehicle")
        case "person":
            return Sighted("person")
        case _:
            return Sighted("object")


def _vehicle(one: Seen, parent: Seen | None) -> Vehicle:
    """The vehicle: of a plate its parent, else what the plate's own object says of it."""
    direction = DIRECTIONS.get(plain(_property(one, "Direction")))
    return replace(_described(one, parent), direction=direction) if direction else _described(one, parent)


def _property(one: Seen, name: str) -> str | None:
    """What some makers add to an object: names and values in an extension."""
    for node in (one.node, one.appearance):
        for extension in node.nodes("Extension"):
            for found in extension.node("Properties").nodes("Property"):
                if found.text("@name", "@Name") == name:
                    return found.own_text or None
    return None


def _described(one: Seen, parent: Seen | None) -> Vehicle:
    if one.klass == "plate":
        if parent is not None and parent.klass == "vehicle":
            return vehicle_of(described(parent.appearance, "VehicleInfo"), parent, speed=_speed(parent) or _speed(one))
        return vehicle_of(described(one.appearance, "VehicleInfo"), None, speed=_speed(one))
    if one.klass == "vehicle":
        return vehicle_of(described(one.appearance, "VehicleInfo"), one, speed=_speed(one))
    return Vehicle()


def _speed(one: Seen) -> float | None:
    """Metres per second, as ONVIF defines it."""
    value = one.behaviour.number("Speed")
    return value if value is not None and value >= 0 else None


def _objects(one: Seen, parent: Seen | None) -> tuple[DetectedObject, ...]:
    if one.klass == "face" or parent is None:
        return (one.detected(),)
    return (one.detected(), parent.detected())


def _pictures(one: Seen, parent: Seen | None) -> tuple[Picture, ...]:
    """The object's own crop, and those that some makes put into the descriptions of plate and vehicle."""
    found: list[tuple[ImageKind, str | None]] = [
        ("plate", described(one.appearance, "LicensePlateInfo").long_text("Image")),
        ("vehicle", described(one.appearance, "VehicleInfo").long_text("Image")),
        (PICTURES.get(one.klass, "overview"), one.appearance.long_text("Image")),
    ]
    if one.klass == "plate" and parent is not None:
        found.append((PICTURES.get(parent.klass, "overview"), parent.appearance.long_text("Image")))
        found.append(("vehicle", described(parent.appearance, "VehicleInfo").long_text("Image")))
    return tuple(Picture(kind, embedded_picture(text)) for kind, text in found if text is not None)


def _location(one: Seen, parent: Seen | None) -> Location | None:
    nodes = [one.appearance, one.node]
    if parent is not None:
        nodes += [parent.appearance, parent.node]
    return next((found for node in nodes if (found := location(node)) is not None), None)


def _raw(one: Seen, around: Around) -> dict[str, object]:
    """What normalizing replaced, in the device's own words; what it left empty is left out."""
    raw: dict[str, object | None] = {
        "box": one.place and one.place.raw,
        "vehicle_box": around.parent.place.raw if around.parent and around.parent.place else None,
        "source": around.source,
        "classes": [list(candidate) for candidate in one.candidates] if len(one.candidates) > 1 else None,
        "uuid": one.node.text("@UUID"),
        "image_ref": without_credentials(one.appearance.text("ImageRef")),
        "direction": _direction(one) or _property(one, "Direction"),
        "lane": _property(one, "Lane"),
        "speed_mps": _speed(one) if one.klass not in {"vehicle", "plate"} else None,
        **plate_raw(one.appearance),
        **around.notes,
    }
    return {name: value for name, value in raw.items() if value is not None}


def _direction(one: Seen) -> dict[str, float] | None:
    """Where it moves, as written: ONVIF's angles are the device's own, not the compass's."""
    node = one.behaviour.node("Direction")
    angles = {name: node.number(f"@{name}", name) for name in ("yaw", "pitch", "roll")}
    return {name: angle for name, angle in angles.items() if angle is not None} or None

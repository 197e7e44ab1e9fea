"""An `ANPR` notification: a plate, or a vehicle whose plate nobody could read.

Scales, decided by field and never by the size of a number: `confidenceLevel` and `plateCharBelieve` are per cent in
Hikvision's protocol, so 95.5 is 0.955 and an integrator's 0.95 is 0.0095; zero is what devices send that have none.
Speeds are km/h.
"""

import unicodedata

from msgspec import Struct

from rasid.contract.detections import DetectedObject, ObjectClass, Vehicle
from rasid.contract.fields import Box
from rasid.errors import InvalidEvent
from rasid.plates.countries import country_of
from services.ingest.adapters.hikvision import words
from services.ingest.adapters.hikvision.notification import Notification, meaningful
from services.ingest.adapters.hikvision.pictures import picture_infos, pictures_of
from services.ingest.adapters.hikvision.places import Place, location, rectangle
from services.ingest.payload.legibility import says_nothing_read
from services.ingest.payload.quantities import mps_from_kmh, ratio
from services.ingest.payload.reading import Draft, Picture, PlateSeen, Sighted
from services.ingest.payload.tree import Node

PER_CENT = 100.0
MAX_CHARACTERS = 64


class _Seen(Struct, frozen=True):
    """The notification's blocks and places, and the words that more than one field is made of: each found once."""

    notification: Notification
    anpr: Node
    vehicle: Node
    plate_place: Place | None
    vehicle_place: Place | None
    absolute: str | None
    vehicle_type: str | None
    is_pedestrian: bool
    direction: str | None
    color: str | None
    speed: str | None
    plate_color: str | None
    listed: str | None
    confidence: str | None
    character_confidences: str | None
    country: str | None


def read(notification: Notification) -> Draft:
    """What an ANPR notification says. Raises InvalidEvent when it says nothing of a vehicle."""
    seen = _find(notification)
    index = seen.vehicle.text("index")
    vendor = notification.vendor(None if index == "0" else index)
    return Draft(
        part=notification.part,
        time=notification.time(seen.absolute),
        fact=Sighted("person") if seen.is_pedestrian else _plate(seen),
        vendor_key=vendor.event_id,
        is_replay=notification.is_replay,
        vendor=vendor,
        vehicle=_vehicle(seen),
        objects=_objects(seen),
        pictures=_pictures(seen),
        location=location(notification.fields.node("DeviceGPSInfo")),
        raw=_raw(seen),
        warnings=notification.warnings,
    )


def _find(notification: Notification) -> _Seen:
    fields = notification.fields
    anpr = fields.node("ANPR")
    if not anpr:
        raise InvalidEvent(
            "anpr_missing",
            "the notification is of type ANPR and has no ANPR block: choose the upload format with vehicle data",
        )
    vehicle = anpr.node("vehicleInfo")
    vehicle_type = anpr.text("vehicleType")
    return _Seen(
        notification,
        anpr,
        vehicle,
        *_places(notification),
        vehicle_type=vehicle_type,
        is_pedestrian=_is_pedestrian(vehicle_type, anpr),
        direction=anpr.text("direction"),
        color=vehicle.text("color") or anpr.text("color"),
        speed=vehicle.text("speed") or anpr.text("speed"),
        plate_color=anpr.text("plateColor"),
        listed=anpr.text("listType", "vehicleListName"),
        confidence=anpr.text("confidenceLevel"),
        character_confidences=anpr.text("plateCharBelieve"),
        country=fields.text("countryAbbreviation"),
    )


def _places(notification: Notification) -> tuple[Place | None, Place | None, str | None]:
    """Where plate and vehicle are in the first picture that says so, and the first picture's own time."""
    frame = notification.fields.node("detectionBackgroundImageResolution")
    plate: Place | None = None
    vehicle: Place | None = None
    absolute: str | None = None
    for info in picture_infos(notification.fields):
        plate = plate or rectangle(info.node("plateRect"), frame)
        vehicle = vehicle or rectangle(info.node("vehicelRect"), frame) or rectangle(info.node("vehicleRect"), frame)
        absolute = absolute or info.text("absTime")
    return plate, vehicle, absolute


def _is_pedestrian(vehicle_type: str | None, anpr: Node) -> bool:
    """A reader that takes persons too says so in the vehicle's type, and has no plate for them."""
    is_person = vehicle_type is not None and vehicle_type.lower() == words.PEDESTRIAN
    return is_person and says_nothing_read(anpr.text("licensePlate") or "unknown")


def _pictures(seen: _Seen) -> tuple[Picture, ...]:
    pictures = pictures_of(seen.notification)
    if not seen.is_pedestrian:
        return pictures
    return tuple(Picture("person" if one.kind == "vehicle" else one.kind, one.body) for one in pictures)


def _plate(seen: _Seen) -> PlateSeen:
    raw = seen.anpr.text("licensePlate") or ""
    original = seen.anpr.text("originalLicensePlate")
    candidates = () if original is None or original == raw else ((without_color(original), None),)
    return PlateSeen(
        raw=raw,
        reading=without_color(raw),
        country=country_of(seen.country),
        country_raw=seen.anpr.text("country", "CRIndex") or seen.country,
        confidence=ratio(seen.confidence, PER_CENT) or None,
        character_confidences=_character_confidences(seen.character_confidences),
        candidates=candidates,
        box=_box(seen.plate_place),
        plate_type=meaningful(seen.anpr.text("plateType")),
        color=_color(seen.plate_color),
        list_mode=words.LISTS.get((seen.listed or "").lower()),
    )


def _character_confidences(text: str | None) -> tuple[float, ...]:
    """The list, or nothing when one of its values is none or all are zero."""
    given: list[float] = []
    for one in (text or "").split(",")[:MAX_CHARACTERS]:
        value = ratio(one, PER_CENT)
        if value is None:
            return ()
        given.append(value)
    return tuple(given) if any(given) else ()


def without_color(text: str) -> str:
    """A Chinese plate without the character for its color that some firmware puts before it."""
    while len(text) > 1 and text[0] in words.PLATE_COLOR_PREFIXES:
        if text[0] == words.ALSO_A_PROVINCE and not _is_han(text[1]):
            break
        text = text[1:]
    return text


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK")


def _vehicle(seen: _Seen) -> Vehicle:
    return Vehicle(
        kind=words.VEHICLE_KINDS.get((seen.vehicle_type or "").lower()),
        color=_color(seen.color),
        direction=words.DIRECTIONS.get((seen.direction or "").lower()),
        speed_mps=mps_from_kmh(seen.speed),
        box=_box(seen.vehicle_place),
    )


def _objects(seen: _Seen) -> tuple[DetectedObject, ...]:
    kind = meaningful(seen.vehicle_type)
    if kind is None and seen.vehicle_place is None:
        return ()
    klass: ObjectClass = "person" if seen.is_pedestrian else "vehicle"
    return (DetectedObject(klass=klass, class_raw=kind, box=_box(seen.vehicle_place)),)


def _raw(seen: _Seen) -> dict[str, object]:
    """What normalizing replaced, in the device's own words; what the device left empty is left out."""
    raw: dict[str, object | None] = {
        "box": seen.plate_place and seen.plate_place.raw,
        "vehicle_box": seen.vehicle_place and seen.vehicle_place.raw,
        "confidence": seen.confidence,
        "confidence_scale": seen.confidence and PER_CENT,
        "character_confidences": seen.character_confidences,
        "direction": seen.direction,
        "lane": seen.anpr.text("line", "laneNo"),
        "vehicle_type": seen.vehicle_type,
        "vehicle_color": seen.color,
        "speed_kmh": seen.speed,
        "brand_code": seen.vehicle.text("vehicleLogoRecog"),
        "plate_color": seen.plate_color,
        "list": seen.listed,
        "country_abbreviation": seen.country,
        "violation": _violation(seen.anpr),
        "picture_time": seen.absolute,
        "device_id": seen.notification.fields.text("deviceID"),
    }
    return {name: value for name, value in raw.items() if value is not None}


def _violation(anpr: Node) -> str | None:
    """The vendor's code of what the vehicle did wrong; 0 is nothing."""
    code = anpr.node("illegalInfo").text("illegalCode")
    return None if code == "0" else code


def _color(text: str | None) -> str | None:
    return words.COLORS.get((text or "").lower())


def _box(place: Place | None) -> Box | None:
    return None if place is None else place.box

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
    """The notification's blocks, found once."""

    notification: Notification
    anpr: Node
    vehicle: Node
    plate_place: Place | None
    vehicle_place: Place | None


def read(notification: Notification) -> Draft:
    """What an ANPR notification says. Raises InvalidEvent when it says nothing of a vehicle."""
    seen = _find(notification)
    index = seen.vehicle.text("index")
    absolute = next((time for info in picture_infos(notification.fields) if (time := info.text("absTime"))), None)
    return Draft(
        part=notification.part,
        time=notification.time(absolute),
        fact=Sighted("person") if _is_pedestrian(seen) else _plate(seen),
        vendor_key=notification.uuid(),
        is_replay=notification.is_replay,
        vendor=notification.vendor(None if index == "0" else index),
        vehicle=_vehicle(seen),
        objects=_objects(seen),
        pictures=_pictures(seen),
        location=location(notification.fields.node("DeviceGPSInfo")),
        raw=_raw(seen, absolute),
        warnings=notification.warnings,
    )


def _find(notification: Notification) -> _Seen:
    anpr = notification.fields.node("ANPR")
    if not anpr:
        raise InvalidEvent(
            "anpr_missing",
            "the notification is of type ANPR and has no ANPR block: choose the upload format with vehicle data",
        )
    frame = notification.fields.node("detectionBackgroundImageResolution")
    plate: Place | None = None
    vehicle: Place | None = None
    for info in picture_infos(notification.fields):
        plate = plate or rectangle(info.node("plateRect"), frame)
        vehicle = vehicle or rectangle(info.node("vehicelRect"), frame) or rectangle(info.node("vehicleRect"), frame)
    return _Seen(notification, anpr, anpr.node("vehicleInfo"), plate, vehicle)


def _is_pedestrian(seen: _Seen) -> bool:
    """A reader that takes persons too says so in the vehicle's type, and has no plate for them."""
    kind = (seen.anpr.text("vehicleType") or "").lower()
    return kind == words.PEDESTRIAN and says_nothing_read(seen.anpr.text("licensePlate") or "unknown")


def _pictures(seen: _Seen) -> tuple[Picture, ...]:
    pictures = pictures_of(seen.notification)
    if not _is_pedestrian(seen):
        return pictures
    return tuple(Picture("person" if one.kind == "vehicle" else one.kind, one.body) for one in pictures)


def _plate(seen: _Seen) -> PlateSeen:
    raw = seen.anpr.text("licensePlate") or ""
    original = seen.anpr.text("originalLicensePlate")
    candidates = () if original is None or original == raw else ((without_color(original), None),)
    return PlateSeen(
        raw=raw,
        reading=without_color(raw),
        country=country_of(seen.notification.fields.text("countryAbbreviation")),
        country_raw=_country_raw(seen),
        confidence=ratio(seen.anpr.text("confidenceLevel"), PER_CENT) or None,
        character_confidences=_character_confidences(seen.anpr.text("plateCharBelieve")),
        candidates=candidates,
        box=_box(seen.plate_place),
        plate_type=meaningful(seen.anpr.text("plateType")),
        color=_color(seen.anpr.text("plateColor")),
        list_mode=words.LISTS.get((_list(seen) or "").lower()),
    )


def _character_confidences(text: str | None) -> tuple[float, ...]:
    """The list, or nothing when one of its values is none or all are zero."""
    values = [ratio(one, PER_CENT) for one in (text or "").split(",")[:MAX_CHARACTERS]]
    given = tuple(value for value in values if value is not None)
    return given if len(given) == len(values) and any(given) else ()


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
        kind=words.VEHICLE_KINDS.get((seen.anpr.text("vehicleType") or "").lower()),
        color=_color(seen.vehicle.text("color") or seen.anpr.text("color")),
        direction=words.DIRECTIONS.get((seen.anpr.text("direction") or "").lower()),
        speed_mps=mps_from_kmh(seen.vehicle.text("speed") or seen.anpr.text("speed")),
        box=_box(seen.vehicle_place),
    )


def _objects(seen: _Seen) -> tuple[DetectedObject, ...]:
    kind = meaningful(seen.anpr.text("vehicleType"))
    if kind is None and seen.vehicle_place is None:
        return ()
    klass: ObjectClass = "person" if _is_pedestrian(seen) else "vehicle"
    return (DetectedObject(klass=klass, class_raw=kind, box=_box(seen.vehicle_place)),)


def _raw(seen: _Seen, absolute: str | None) -> dict[str, object]:
    """What normalizing replaced, in the device's own words; what the device left empty is left out."""
    fields, anpr = seen.notification.fields, seen.anpr
    confidence = anpr.text("confidenceLevel")
    raw: dict[str, object | None] = {
        "box": seen.plate_place and seen.plate_place.raw,
        "vehicle_box": seen.vehicle_place and seen.vehicle_place.raw,
        "confidence": confidence,
        "confidence_scale": confidence and PER_CENT,
        "character_confidences": anpr.text("plateCharBelieve"),
        "direction": anpr.text("direction"),
        "lane": anpr.text("line", "laneNo"),
        "vehicle_type": anpr.text("vehicleType"),
        "vehicle_color": seen.vehicle.text("color") or anpr.text("color"),
        "speed_kmh": seen.vehicle.text("speed") or anpr.text("speed"),
        "brand_code": seen.vehicle.text("vehicleLogoRecog"),
        "plate_color": anpr.text("plateColor"),
        "list": _list(seen),
        "country_abbreviation": fields.text("countryAbbreviation"),
        "violation": _violation(anpr),
        "picture_time": absolute,
        "device_id": fields.text("deviceID"),
    }
    return {name: value for name, value in raw.items() if value is not None}


def _violation(anpr: Node) -> str | None:
    """The vendor's code of what the vehicle did wrong; 0 is nothing."""
    code = anpr.node("illegalInfo").text("illegalCode")
    return None if code == "0" else code


def _list(seen: _Seen) -> str | None:
    return seen.anpr.text("listType", "vehicleListName")


def _country_raw(seen: _Seen) -> str | None:
    number = seen.anpr.text("country", "CRIndex")
    return number or seen.notification.fields.text("countryAbbreviation")


def _color(text: str | None) -> str | None:
    return words.COLORS.get((text or "").lower())


def _box(place: Place | None) -> Box | None:
    return None if place is None else place.box

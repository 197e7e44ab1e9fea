"""Motor vehicles and what moves without a motor: a plate, or a vehicle whose plate nobody could read.

`PlateReliability` and each of `PlateCharReliability` are percentages, speeds km/h, colors and directions codes.
"""

import re

from rasid.contract.detections import DetectedObject, Vehicle
from services.ingest.adapters.gat1400 import objects
from services.ingest.adapters.gat1400.objects import Place
from services.ingest.adapters.gat1400.words import COLORS, HEADINGS, UNREAD, VEHICLE_KINDS
from services.ingest.payload.quantities import location_of, mps_from_kmh, ratio
from services.ingest.payload.reading import Draft, PlateSeen
from services.ingest.payload.tree import Node

PER_CENT = 100.0
# `苏-80,B-90,1-90`: a character and its percentage, with commas and dashes of any width.
_CHARACTER = re.compile(r".[-－—](\d{1,3})")
_COMMA = re.compile(r"[,，、\s]+")


def draft(fields: Node, part: bytes, identifier: str) -> Draft:
    """What an object says of a vehicle; `identifier` is the name of its id, which tells the two kinds apart."""
    where = objects.place(fields)
    return Draft(
        part=part,
        time=objects.time_of(fields, "PassTime", "AppearTime", "MarkTime"),
        fact=_plate(fields),
        vendor_key=objects.key_of(fields, identifier),
        vendor=objects.vendor(fields, identifier),
        vehicle=_vehicle(fields, where),
        objects=(
            DetectedObject(
                klass="vehicle", class_raw=_class(fields, identifier), box=None if where is None else where.box
            ),
        ),
        pictures=objects.pictures(fields),
        location=location_of(fields.number("Latitude"), fields.number("Longitude")),
        raw=_raw(fields, where),
        warnings=("frame_size_unknown",) if where is not None and where.box is None else (),
    )


def _plate(fields: Node) -> PlateSeen:
    raw = fields.text("PlateNo") or ""
    return PlateSeen(
        raw=raw,
        # A "-" is a character that could not be read, not a separator.
        reading=raw.replace(UNREAD, "?") if raw.strip(UNREAD) else raw,
        confidence=ratio(fields.text("PlateReliability"), PER_CENT) or None,
        character_confidences=_character_confidences(fields.text("PlateCharReliability")),
        plate_type=fields.text("PlateClass"),
        color=COLORS.get(fields.text("PlateColor") or ""),
    )


def _character_confidences(text: str | None) -> tuple[float, ...]:
    found = [_CHARACTER.fullmatch(one) for one in _COMMA.split((text or "").strip())]
    values = [None if one is None else ratio(one[1], PER_CENT) for one in found]
    given = tuple(value for value in values if value is not None)
    return given if len(given) == len(values) and any(given) else ()


def _vehicle(fields: Node, where: Place | None) -> Vehicle:
    brand = fields.text("VehicleBrand")
    return Vehicle(
        kind=_kind(fields.text("VehicleClass") or ""),
        # Makers write names or numbers of their own lists; a number says nothing to anybody else.
        make=None if brand is None or brand.isdecimal() else brand,
        color=COLORS.get(fields.text("VehicleColor") or ""),
        heading_degrees=HEADINGS.get(fields.text("Direction") or ""),
        speed_mps=mps_from_kmh(fields.text("Speed")),
        box=None if where is None else where.box,
    )


def _kind(code: str) -> str | None:
    return next((kind for start, kind in VEHICLE_KINDS.items() if code.upper().startswith(start)), None)


def _class(fields: Node, identifier: str) -> str:
    return fields.text("VehicleClass") or identifier.removesuffix("ID")


def _raw(fields: Node, where: Place | None) -> dict[str, object]:
    confidence = fields.text("PlateReliability")
    raw: dict[str, object | None] = {
        "box": None if where is None else where.raw,
        "confidence": confidence,
        "confidence_scale": confidence and PER_CENT,
        "character_confidences": fields.text("PlateCharReliability"),
        "plate_color": fields.text("PlateColor"),
        "plate_behind": fields.text("PlateNoAttach"),
        "has_plate": fields.text("HasPlate"),
        "vehicle_class": fields.text("VehicleClass"),
        "vehicle_color": fields.text("VehicleColor"),
        "brand": fields.text("VehicleBrand"),
        "model": fields.text("VehicleModel"),
        "direction": fields.text("Direction"),
        "in_or_out": fields.text("InOut"),
        "lane": fields.text("LaneNo"),
        "speed_kmh": fields.text("Speed"),
        "road": fields.text("NameOfPassedRoad"),
    }
    return {name: value for name, value in raw.items() if value is not None}

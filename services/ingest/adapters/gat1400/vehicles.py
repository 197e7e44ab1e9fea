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
# What is kept as it was written: the name in `raw`, and the standard's.
_SAID = {
    "confidence": "PlateReliability",
    "character_confidences": "PlateCharReliability",
    "plate_color": "PlateColor",
    "plate_behind": "PlateNoAttach",
    "has_plate": "HasPlate",
    "vehicle_class": "VehicleClass",
    "vehicle_color": "VehicleColor",
    "brand": "VehicleBrand",
    "model": "VehicleModel",
    "direction": "Direction",
    "in_or_out": "InOut",
    "lane": "LaneNo",
    "speed_kmh": "Speed",
    "road": "NameOfPassedRoad",
}

Said = dict[str, str]


def draft(fields: Node, part: bytes, identifier: str) -> Draft:
    """What an object says of a vehicle; `identifier` is the name of its id, which tells the two kinds apart."""
    said = {name: text for name, field in _SAID.items() if (text := fields.text(field)) is not None}
    shown = objects.images(fields)
    where = objects.place(fields, shown)
    return Draft(
        part=part,
        time=objects.time_of(fields, shown, "PassTime", "AppearTime", "MarkTime"),
        fact=_plate(fields, said),
        vendor_key=objects.key_of(fields, identifier),
        vendor=objects.vendor(fields, identifier),
        vehicle=_vehicle(said, where),
        objects=(
            DetectedObject(
                klass="vehicle",
                class_raw=said.get("vehicle_class") or identifier.removesuffix("ID"),
                box=None if where is None else where.box,
            ),
        ),
        pictures=objects.pictures(shown),
        location=location_of(fields.number("Latitude"), fields.number("Longitude")),
        raw=_raw(said, where),
        warnings=("frame_size_unknown",) if where is not None and where.box is None else (),
    )


def _plate(fields: Node, said: Said) -> PlateSeen:
    raw = fields.text("PlateNo") or ""
    return PlateSeen(
        raw=raw,
        # A "-" is a character that could not be read, not a separator.
        reading=raw.replace(UNREAD, "?") if raw.strip(UNREAD) else raw,
        confidence=ratio(said.get("confidence"), PER_CENT) or None,
        character_confidences=_character_confidences(said.get("character_confidences")),
        plate_type=fields.text("PlateClass"),
        color=COLORS.get(said.get("plate_color", "")),
    )


def _character_confidences(text: str | None) -> tuple[float, ...]:
    if text is None:
        return ()
    found = [_CHARACTER.fullmatch(one) for one in _COMMA.split(text)]
    values = [None if one is None else ratio(one[1], PER_CENT) for one in found]
    given = tuple(value for value in values if value is not None)
    return given if len(given) == len(values) and any(given) else ()


def _vehicle(said: Said, where: Place | None) -> Vehicle:
    brand = said.get("brand")
    return Vehicle(
        kind=_kind(said.get("vehicle_class", "").upper()),
        # Makers write names or numbers of their own lists; a number says nothing to anybody else.
        make=None if brand is None or brand.isdecimal() else brand,
        color=COLORS.get(said.get("vehicle_color", "")),
        heading_degrees=HEADINGS.get(said.get("direction", "")),
        speed_mps=mps_from_kmh(said.get("speed_kmh")),
        box=None if where is None else where.box,
    )


def _kind(code: str) -> str | None:
    return next((kind for start, kind in VEHICLE_KINDS.items() if code.startswith(start)), None)


def _raw(said: Said, where: Place | None) -> dict[str, object]:
    raw: dict[str, object] = {**said}
    if "confidence" in said:
        raw["confidence_scale"] = PER_CENT
    return raw if where is None else raw | {"box": where.raw}

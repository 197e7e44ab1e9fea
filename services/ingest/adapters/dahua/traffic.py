"""Vehicles and their plates: events of traffic cameras, of access cameras, and the HTTP push.

The plate is wherever the firmware puts it. Confidences, decided by field: a plate's is per cent, an object's 0 to 255,
and zero is "not given" for both. Speeds are km/h.
"""

from collections.abc import Iterator

from rasid.contract.detections import DetectedObject, Direction, Rule, Vehicle
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.dahua import words
from services.ingest.adapters.dahua.blocks import Seen, find
from services.ingest.adapters.dahua.moments import moment_of
from services.ingest.adapters.dahua.pictures import pictures_of
from services.ingest.adapters.dahua.places import box_of, location
from services.ingest.adapters.dahua.record import Record, meaningful
from services.ingest.payload.quantities import mps_from_kmh, ratio
from services.ingest.payload.reading import Draft, PlateSeen
from services.ingest.payload.tree import Node

PLATE_SCALE = 100.0
OBJECT_SCALE = 255.0


def is_traffic(record: Record) -> bool:
    """Whether the event is about a vehicle with or without a plate."""
    data = record.data
    return (
        record.name.startswith("traffic")
        or record.name in words.PASSINGS
        or bool(data.node("TrafficCar"))
        or data.text("PlateNumber") is not None
    )


def read_traffic(record: Record) -> list[Draft]:
    """The vehicle, and the rule that it broke where the event says more than that it passed."""
    seen = find(record)
    time, doubts = moment_of(record, is_traffic=record.name not in {"platedetection", "platedetect"})
    track = meaningful(seen.vehicle.text("ObjectID")) or meaningful(seen.plate.text("ObjectID"))
    draft = Draft(
        part=record.part,
        time=time,
        fact=_plate(record, seen),
        vendor_key=record.key() or (f"{record.index or ''}/ObjectID/{track}" if track else None),
        vendor_key_is_counter=True,
        revision=record.revision(),
        phase=record.phase,
        vendor=record.vendor(track, _serial(seen)),
        vehicle=_vehicle(record, seen),
        objects=_objects(seen, track),
        pictures=pictures_of(record),
        location=location(record.data),
        raw=_raw(record, seen),
        warnings=(*record.warnings, *doubts),
    )
    return [draft] if record.name in words.PASSINGS else [draft, _with_rule(draft, record)]


def _with_rule(draft: Draft, record: Record) -> Draft:
    rule = Rule(
        kind=words.RULES.get(record.name, "other"),
        name=meaningful(record.data.text("Name")) or record.code,
        state=record.action,
    )
    return Draft(
        part=draft.part,
        time=draft.time,
        fact=rule,
        vendor_key=draft.vendor_key,
        vendor_key_is_counter=draft.vendor_key_is_counter,
        revision=draft.revision,
        phase=draft.phase,
        vendor=draft.vendor,
        objects=draft.objects,
        pictures=draft.pictures,
        location=draft.location,
        raw={"event_type": record.code},
        warnings=draft.warnings,
    )


def _plate(record: Record, seen: Seen) -> PlateSeen:
    data = record.data
    raw = _plate_text(record, seen)
    country = seen.car.text("Country") or data.node("CommInfo").text("Country") or data.node("Plate").text("Region")
    confidence = seen.plate.text("Confidence") or data.node("Plate").text("Confidence") or data.text("Confidence")
    return PlateSeen(
        raw=raw,
        reading=raw,
        country=country_of_iso(country) if (country or "").isalpha() else None,
        country_raw=meaningful(country),
        confidence=ratio(confidence, PLATE_SCALE) or None,
        box=box_of(seen.plate_place),
        plate_type=meaningful(seen.car.text("PlateType") or data.node("Plate").text("PlateType")),
        color=_color(seen.car.text("PlateColor") or data.text("PlateColor") or data.node("Plate").text("PlateColor")),
        list_mode=_list(seen),
    )


def _plate_text(record: Record, seen: Seen) -> str:
    """The plate's text from the first place that has one; words for "none" are left to whoever knows them all."""
    data = record.data
    return (
        seen.car.text("PlateNumber")
        or seen.plate.text("Text")
        or data.text("PlateNumber")
        or data.node("Plate").text("PlateNumber", "Text")
        or data.node("NonMotor").node("Plate").text("Text", "PlateNumber")
        or data.node("PlateInfo").text("FrontPlateNumber", "BackPlateNumber")
        or ""
    )


def _vehicle(record: Record, seen: Seen) -> Vehicle:
    data = record.data
    color = seen.car.text("VehicleColor") or seen.vehicle.text("VehicleColor", "Color") or data.text("VehicleColor")
    speeds = (mps_from_kmh(block.text("Speed")) for block in (seen.car, data, seen.vehicle, seen.snap))
    return Vehicle(
        kind=_kind(record, seen),
        make=_make(seen),
        model=meaningful(seen.vehicle.text("VehicleSeries", "CarSeries")),
        color=_color(color),
        confidence=ratio(seen.vehicle.text("Confidence"), OBJECT_SCALE) or None,
        direction=_direction(record, seen),
        speed_mps=next((speed for speed in speeds if speed is not None), None),
        box=box_of(seen.vehicle_place),
    )


def _kind(record: Record, seen: Seen) -> str | None:
    """The first of these that says a kind we know."""
    places = (
        (seen.vehicle, ("Category",)),
        (seen.car, ("VehicleType", "CarType")),
        (seen.vehicle, ("VehicleType",)),
        (record.data, ("VehicleType",)),
        (seen.vehicle, ("ObjectType",)),
    )
    said = (block.text(*names) or "" for block, names in places)
    return next((kind for word in said if (kind := words.VEHICLE_KINDS.get(word.lower()))), None)


def _make(seen: Seen) -> str | None:
    """The brand; an object of type Vehicle says it in its text."""
    sign = meaningful(seen.car.text("VehicleSign")) or meaningful(seen.vehicle.text("VehicleSign"))
    is_vehicle = (seen.vehicle.text("ObjectType") or "").lower() == "vehicle"
    return sign or (meaningful(seen.vehicle.text("Text")) if is_vehicle else None)


def _direction(record: Record, seen: Seen) -> Direction | None:
    """`DrivingDirection` says what the vehicle did, the others which end of it was seen; `Direction` 0 says nothing."""
    said = _directions(record.data, seen)
    return next((found for word in said if (found := words.DIRECTIONS.get(word.strip().lower()))), None)


def _directions(data: Node, seen: Seen) -> Iterator[str]:
    yield from (seen.car.texts("DrivingDirection") or data.texts("DrivingDirection"))[:1]
    yield seen.car.text("JunctionDirection") or data.text("JunctionDirection") or ""
    yield seen.snap.text("Direction") or ""
    yield seen.car.text("VehicleDirection") or data.text("VehicleDirection") or ""


def _objects(seen: Seen, track: str | None) -> tuple[DetectedObject, ...]:
    """The vehicle; its plate is in the event's own field."""
    confidence = seen.vehicle.text("Confidence")
    return (
        DetectedObject(
            object_id=track,
            klass="vehicle",
            class_raw=meaningful(seen.vehicle.text("Category", "ObjectType")),
            confidence=ratio(confidence, OBJECT_SCALE) or None,
            box=box_of(seen.vehicle_place),
        ),
    )


def _list(seen: Seen) -> str | None:
    """What the device's own list says, where it says that the plate is on it."""
    if not seen.snap:
        return None
    if seen.snap.flag("BlockUser"):
        return "block"
    return "allow" if seen.snap.flag("AllowUser") else None


def _serial(seen: Seen) -> str | None:
    return meaningful(seen.car.text("MachineName")) or meaningful(seen.snap.text("DeviceID"))


def _color(text: str | None) -> str | None:
    return words.COLORS.get((text or "").lower())


def _raw(record: Record, seen: Seen) -> dict[str, object]:
    """What normalizing replaced, in the device's own words; what the device left empty is left out."""
    data, car = record.data, seen.car
    confidence = meaningful(
        seen.plate.text("Confidence") or data.node("Plate").text("Confidence") or data.text("Confidence")
    )
    vehicle_confidence = meaningful(seen.vehicle.text("Confidence"))
    raw: dict[str, object | None] = {
        "box": seen.plate_place and seen.plate_place.raw,
        "vehicle_box": seen.vehicle_place and seen.vehicle_place.raw,
        "confidence": confidence,
        "confidence_scale": confidence and PLATE_SCALE,
        "vehicle_confidence": vehicle_confidence,
        "vehicle_confidence_scale": vehicle_confidence and OBJECT_SCALE,
        "direction": car.texts("DrivingDirection")[:1] or None,
        "junction_direction": meaningful(data.text("JunctionDirection") or seen.snap.text("Direction")),
        "lane": data.text("Lane") or car.text("Lane") or seen.snap.text("LanNo", "Lane"),
        "vehicle_type": meaningful(seen.vehicle.text("Category") or car.text("VehicleType")),
        "vehicle_color": meaningful(car.text("VehicleColor") or data.text("VehicleColor")),
        "vehicle_size": meaningful(car.text("VehicleSize")),
        "speed_kmh": meaningful(car.text("Speed") or data.text("Speed")),
        "violation": meaningful(car.text("ViolationCode")),
        "locale_time": data.text("LocaleTime"),
        "event_type": record.code,
    }
    return {name: value for name, value in raw.items() if value is not None}

"""What the License Plate Verifier, FF Group and CAMMRA push about one vehicle: JSON, everything a text.

`capture_timestamp` (milliseconds, UTC) is the time to trust; `datetime` is the camera's own without a zone. A vehicle
is told of as new, update and lost, its text revised meanwhile: one sighting, by `carID`.
"""

import re
from datetime import datetime

from rasid.contract.detections import DetectedObject, ImageKind, Phase, Vehicle, VendorIds
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.axis.words import LISTS, PHASES, PICTURES, RANKS, meaningful
from services.ingest.payload.documents import Document
from services.ingest.payload.english import color_of, kind_of, plain
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import location_of, ratio
from services.ingest.payload.reading import Draft, Part, Picture, PlateSeen, VendorTime
from services.ingest.payload.redaction import without_credentials
from services.ingest.payload.times import epoch_time, parse_time
from services.ingest.payload.tree import Node

FRAME_SIZE_UNKNOWN = "frame_size_unknown"
_LOCAL = re.compile(r"(\d{8}) (\d{2})(\d{2})(\d{2})(\d{3})\s*([+-]\d{4})?")
_PER_CENT = 100.0
_DAY_MILLISECONDS = 86_400_000
_TEXTS = ("plateUTF8", "plateUnicode", "plateText", "plateASCII")


def push_draft(document: Document, pictures: list[Part], warnings: tuple[str, ...]) -> Draft:
    """One push, with the pictures that came beside it or inside it."""
    fields = document.fields
    time = push_time(fields)
    phase = PHASES.get((fields.text("carState") or "").lower(), "new")
    info = fields.node("vehicle_info")
    edges = fields.numbers("plateCoordinates")
    car = meaningful(fields.text("carID"))
    camera = fields.node("camera_info")
    sensor = fields.text("sensorProviderID")
    return Draft(
        part=document.part,
        time=time,
        fact=_plate(fields),
        vendor_key=car,
        vendor_key_is_counter=True,
        revision=0 if car is None else revision_of(time.moment, phase),
        phase=phase,
        vendor=VendorIds(
            event_id=fields.text("packetCounter"),
            track_id=car,
            device_serial=meaningful(camera.text("SerialNumber", "MACAddress") or fields.text("cameraId")),
            channel=None if sensor is None or sensor.startswith("defaultID") else sensor,
        ),
        vehicle=_vehicle(info),
        objects=_objects(info),
        pictures=_pictures(fields, pictures),
        location=location_of(fields.node("geotag").number("lat"), fields.node("geotag").number("lon")),
        raw=_raw(fields, info, edges),
        warnings=(*warnings, *((FRAME_SIZE_UNKNOWN,) if edges else ())),
    )


def push_time(fields: Node) -> VendorTime:
    """When; the camera's local time only where it sends no count of milliseconds or nanoseconds."""
    for name, per_second in (("capture_timestamp", 1000), ("capture_ts", 1_000_000_000)):
        text = fields.text(name)
        if text is not None and (time := epoch_time(text, per_second)).moment is not None:
            return time
    text = fields.text("datetime") or ""
    return VendorTime(text, _local(text) or parse_time(text))


def revision_of(moment: datetime | None, phase: Phase) -> int:
    """Grows from new to lost and, among updates, with the time of the day.

    What is lost is told last and with the time of the first picture, so the time alone would put it before its updates.
    """
    rank = RANKS[phase] * _DAY_MILLISECONDS
    if moment is None:
        return rank
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return rank + seconds * 1000 + moment.microsecond // 1000


def _local(text: str) -> datetime | None:
    found = _LOCAL.fullmatch(text)
    if found is None:
        return None
    day, hour, minute, second, millisecond, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{hour}{minute}{second}.{millisecond}{offset or ''}")
    except ValueError:
        return None


def _plate(fields: Node) -> PlateSeen:
    raw = fields.text(*_TEXTS) or ""
    country = fields.text("plateCountry")
    # What another field says differently: ASCII without its umlauts, or another reading.
    others = dict.fromkeys(text for name in _TEXTS if (text := fields.text(name)) and text != raw)
    return PlateSeen(
        raw=raw,
        reading=raw,
        country=country_of_iso(country),
        country_raw=country,
        confidence=ratio(fields.text("plateConfidence"), 1.0),
        candidates=tuple((text, None) for text in others),
        list_mode=LISTS.get(plain(fields.text("plateListMode"))) or LISTS.get(plain(fields.text("plateList"))),
    )


def _vehicle(info: Node) -> Vehicle:
    return Vehicle(
        kind=kind_of(info.text("type")),
        make=meaningful(info.text("brand")),
        model=meaningful(info.text("model")),
        color=color_of(info.text("color")),
        confidence=_confidence(info),
    )


def _confidence(info: Node) -> float | None:
    """Versions that tell the view (2.9.19 and later) write 0-1, those before it per cent with the vehicle's box."""
    text = info.text("confidenceMMR")
    if "view" in info:
        return ratio(text, 1.0)
    return ratio(text, _PER_CENT) if "coordinates" in info else None


def _objects(info: Node) -> tuple[DetectedObject, ...]:
    kind = meaningful(info.text("type"))
    return () if kind is None else (DetectedObject(klass="vehicle", class_raw=kind),)


def _pictures(fields: Node, parts: list[Part]) -> tuple[Picture, ...]:
    kind = _kind(fields.text("imageType"))
    found = [Picture(_kind_of_part(part, kind), part.body) for part in parts]
    for image in (*fields.nodes("ImageArray"), *fields.nodes("imageArray")):
        data = image.long_text("BinaryImage", "binaryImage")
        if data is not None:
            found.append(Picture(_kind(image.text("ImageType", "imageType"), kind), embedded_picture(data)))
    return tuple(found)


def _kind(word: str | None, otherwise: ImageKind = "overview") -> ImageKind:
    return PICTURES.get(plain(word), otherwise)


def _kind_of_part(part: Part, otherwise: ImageKind) -> ImageKind:
    """By the file's name (`..._lp_...`, `..._roi_...`), else by what the event says of its picture."""
    names = re.split(r"[^a-z]+", f"{part.name} {part.filename}".lower().replace("roi", " roi ").replace("lp", " lp "))
    return next((PICTURES[name] for name in names if name in PICTURES), otherwise)


def _raw(fields: Node, info: Node, edges: tuple[float, ...]) -> dict[str, object]:
    """What normalizing replaced, in the device's own words; what it left empty is left out."""
    raw: dict[str, object | None] = {
        "box": {"values": list(edges), "space": "xywh_pixels", "frame_width": None, "frame_height": None}
        if edges
        else None,
        "box_in_crop": list(fields.numbers("plateCoordinatesRelative")) or None,
        "vehicle_box": list(info.numbers("coordinates")) or None,
        "confidence": fields.text("plateConfidence"),
        "vehicle_confidence": info.text("confidenceMMR"),
        "local_time": fields.text("datetime"),
        "direction": meaningful(fields.text("carMoveDirection")),
        "region": fields.text("plateRegion"),
        "region_code": fields.text("plateISO3166-2", "plateRegionCode"),
        "vehicle_type": info.text("type"),
        "vehicle_color": info.text("color"),
        "view": info.text("view"),
        "roi": fields.text("roiID"),
        "image_refs": [without_credentials(uri) for uri in fields.texts("imagesURI") if uri] or None,
    }
    return {name: value for name, value in raw.items() if value is not None}

"""Reads messages, one XML document after another."""

import re
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from rasid.contract.detections import DetectedObject, Vehicle, VendorIds
from rasid.errors import InvalidEvent
from services.ingest.adapters.tattile.plates import SCORE, plate_of
from services.ingest.adapters.tattile.words import DIRECTIONS, PICTURES, VOCABULARY
from services.ingest.payload import xml_document
from services.ingest.payload.gathering import gathered
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import Draft, Part, Payload, Picture, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

_SERIAL_TAG = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:DEVICE_SN|SN)>\s*+([^<>\s][^<>]{0,63}?)\s*</")
_PLATE_TAG = re.compile(rb"<(?:[\w.-]{1,40}:)?PLATE(?:_STRING)?[\s/>]")
_TIME = re.compile(r"(\d{1,2})[:.-](\d{2})[:.-](\d{2})(?:[:.,-](\d{1,6}))?")
_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_COORDINATES = ("MIN_X", "MIN_Y", "MAX_X", "MAX_Y")


class _Box(Struct, frozen=True):
    """The plate's corners in pixels, as written."""

    values: tuple[float, ...]
    is_of_the_whole_picture: bool


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this XML has the tags of a plate and of its camera or its place, whatever its root; never raises."""
    if part.xml_root is None or _PLATE_TAG.search(part.text) is None:
        return False
    return any(tag in part.text for tag in (b"DEVICE_SN>", b"OCRSCORE>", b"ORIG_PLATE_MIN_X>", b"LANE_DESCR>"))


def read(payload: Payload) -> Reading:
    """What the messages say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent("message_missing", "no XML document in this post: a Tattile camera sends one per vehicle")
    return gathered((_read(piece, charset, survey) for piece, charset in _pieces(payload)), survey, nothing=nothing)


def serial_of(message: bytes) -> str | None:
    """The serial number that a message gives for its camera, without parsing it; None when it gives none."""
    found = _SERIAL_TAG.search(message)
    return None if found is None else found[1].decode("utf-8", "replace")


def _pieces(payload: Payload) -> Iterator[tuple[bytes, str]]:
    for part in payload.parts:
        if part.opening == b"<":
            for piece in xml_document.split(part.body):
                yield piece, part.charset


def _read(piece: bytes, charset: str, survey: Survey) -> Draft | Refusal:
    try:
        return _draft(piece, charset, survey)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, piece)


def _draft(piece: bytes, charset: str, survey: Survey) -> Draft:
    document = xml_document.parse(piece, charset)
    fields = document.fields
    if "PLATE_STRING" not in fields and "PLATE" not in fields:
        raise InvalidEvent(
            "plate_tag_missing",
            "the message has no PLATE_STRING: add it to the message's template on the camera",
        )
    survey.count(fields)
    box = _box(fields)
    counter = fields.text("TRANSIT_ID")
    return Draft(
        part=piece,
        time=_time(fields),
        fact=plate_of(fields),
        vendor_key=counter,
        vendor_key_is_counter=True,
        vendor=VendorIds(event_id=counter, device_serial=fields.text("DEVICE_SN", "SN")),
        vehicle=_vehicle(fields),
        objects=_objects(fields),
        pictures=_pictures(fields),
        raw=_raw(fields, box),
        warnings=_warnings(box, is_damaged=document.is_damaged),
    )


def _time(fields: Node) -> VendorTime:
    date, clock = fields.text("DATE") or "", fields.text("TIME") or ""
    text = f"{date} {clock}".strip()
    day, moment = _DATE.fullmatch(date), _TIME.fullmatch(clock)
    if day is None or moment is None:
        return VendorTime(text, None)
    year, month, of_month = (int(part) for part in day.groups())
    hour, minute, second = (int(part) for part in moment.groups()[:3])
    microsecond = int((moment[4] or "0").ljust(6, "0"))
    try:
        local = datetime(year, month, of_month, hour, minute, second, microsecond)  # noqa: DTZ001 - the camera has none
    except ValueError:
        return VendorTime(text, None)
    return VendorTime(text, local)


def _vehicle(fields: Node) -> Vehicle:
    return Vehicle(
        kind=_word(fields.text("CLASS_STRING", "VEHICLE_TYPE")),
        make=fields.text("BRAND"),
        model=fields.text("MODEL"),
        color=_word(fields.text("COLOR")),
        direction=DIRECTIONS.get((fields.text("DIRECTION") or "").lower()),
    )


def _word(text: str | None) -> str | None:
    """A word in lower case; None for numbers, which are codes of the camera's own, and for words that say nothing."""
    word = (text or "").lower()
    return None if not word or word.isdecimal() or word in {"unknown", "undefined", "n/a", "-"} else word


def _objects(fields: Node) -> tuple[DetectedObject, ...]:
    kind = fields.text("CLASS_STRING", "VEHICLE_TYPE")
    return () if _word(kind) is None else (DetectedObject(klass="vehicle", class_raw=kind),)


def _box(fields: Node) -> _Box | None:
    """The plate's corners; those of the whole picture go before those of the part of it that was read."""
    for prefix in ("ORIG_PLATE_", "PLATE_"):
        values = tuple(fields.number(f"{prefix}{name}") for name in _COORDINATES)
        found = tuple(value for value in values if value is not None)
        if len(found) == len(values) and any(found):
            return _Box(found, is_of_the_whole_picture=prefix == "ORIG_PLATE_")
    return None


def _pictures(fields: Node) -> tuple[Picture, ...]:
    found = ((kind, fields.long_text(name)) for name, kind in PICTURES.items())
    return tuple(Picture(kind, embedded_picture(text)) for kind, text in found if text)


def _warnings(box: _Box | None, *, is_damaged: bool) -> tuple[str, ...]:
    found = ("text_damaged", is_damaged), ("frame_size_unknown", box is not None)
    return tuple(code for code, is_so in found if is_so)


def _raw(fields: Node, box: _Box | None) -> dict[str, object]:
    score = fields.text("OCRSCORE")
    raw: dict[str, object | None] = {
        "box": None if box is None else _raw_box(box),
        "confidence": score,
        "confidence_scale": score and SCORE,
        "character_confidences": fields.text("OCRSCORE_CHAR"),
        "direction": fields.text("DIRECTION"),
        "lane": fields.text("LANE_ID"),
        "lane_name": fields.text("LANE_DESCR"),
        "country": fields.text("PLATE_COUNTRY"),
        "country_code": fields.text("PLATE_COUNTRY_CODE"),
        "region": fields.text("PLATE_REGION", "PLATE_PROVINCE"),
        "character_height": fields.text("CHAR_HEIGHT", "PLATE_CHAR_HEIGHT"),
        "device_name": fields.text("DEVICE_NAME", "NETBIOSNAME"),
        "vehicle_class": fields.text("CLASS", "VEHICLE_TYPE_NUM"),
        "speed": fields.text("SPEED"),
        "reads": fields.text("NREAD"),
    }
    return {name: value for name, value in raw.items() if value is not None}


def _raw_box(box: _Box) -> dict[str, object]:
    space = "ltrb_pixels" if box.is_of_the_whole_picture else "ltrb_pixels_of_a_part"
    return {"values": list(box.values), "space": space, "frame_width": None, "frame_height": None}

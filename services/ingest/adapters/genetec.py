"""Genetec: reads as cameras post them to Security Center's plate ingestion, and as AutoVu's own units export them.

Four forms: `/lpringestion/Reads` (JSON, from Axis' documentation of what its cameras send), the HTTP extension of
SharpOS (JSON and XML), its FTP template (XML `AutoVu`), and the third-party data exporter (JSON), all from Genetec's
administrator guides and an integrator's receiver.

Scales, by form and field: `Confidence` of the ingestion is 0 to 1, the units' "Confidence Score" is a percentage.
`ReadTimeUtc`, `UTCDate` with `UTCTime` are UTC; a `Timestamp` without an offset is the unit's own local time.
"""

from collections.abc import Iterator

from msgspec import Struct

from rasid.contract.detections import DetectedObject, Direction, ImageKind, Vehicle, VendorIds
from rasid.contract.fields import Location
from rasid.errors import InvalidEvent
from services.ingest.payload import xml_document
from services.ingest.payload.documents import documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import location_of, mps_from_kmh, number, ratio
from services.ingest.payload.reading import Draft, Part, Payload, Picture, PlateSeen, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey, vocabulary
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

NAME = "genetec"
VERSION = "1"

PER_CENT = 100.0
_MILES_TO_KM = 1.609344
_FORMS = (
    frozenset({"Plate", "ReadTimeUtc"}),
    frozenset({"Plate", "ReferenceReadId"}),
    frozenset({"PlateRead", "PlateAnalytics"}),
    frozenset({"Plate", "DateUtc", "TimeUtc"}),
)
_ROOTS = frozenset({"AutoVu", "Plate"})
_TAGS = (b"<UTCDate", b"<PlateRead>")
# What the units write for "not known".
_NOTHING = frozenset({"", "-", "unknown"})
_DIRECTIONS: dict[str, Direction] = {"approaching": "approaching", "moving away": "departing"}
_PICTURES: dict[str, ImageKind] = {"PlateImage": "plate", "ContextImage": "overview"}
_WORDS = vocabulary(
    """
    ReferenceReadId ReferenceCameraId Plate Confidence PlateStateProvince PlateImage ContextImage CameraName Guid Id
    VehicleDirection ReadTimeUtc ContextCameraName Latitude Longitude LprCameraName PlateAnalytics Key Score Value
    PlateRead SourceUrl Timestamp State UTCDate UTCTime SourceName LongitudeX LatitudeY ConfidenceScore Lane
    DateUtc TimeUtc Date Time DateLocal TimeLocal Attributes VehicleMake VehicleModel VehicleColor VehicleType Speed
    RelativeMotion Context
    """,
    # What units find out, in the exporter's form.
    with_blanks=(
        *("State Name", "Vehicle Type", "Vehicle Make", "Vehicle Model", "Vehicle Color", "Relative Motion"),
        *("Confidence Score", "Characters Height"),
    ),
)


class _Read(Struct, frozen=True):
    """One read: its fields, the bytes it came as, and what its form says of its scale and of the vehicle."""

    fields: Node
    part: bytes
    analytics: dict[str, str]

    def about(self, *names: str) -> str | None:
        """What the unit found out beside the plate; None where it says nothing."""
        found = (self.analytics.get(name) for name in names)
        return next((text for text in found if text and text.lower() not in _NOTHING), None)


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is a read in one of Genetec's forms; never raises."""
    if part.is_json:
        return any(form <= part.names for form in _FORMS)
    if part.xml_root not in _ROOTS:
        return False
    return b"<PlateImage" in part.text and any(tag in part.text for tag in _TAGS)


def read(payload: Payload) -> Reading:
    """What the reads say. Raises InvalidEvent when there is none."""
    survey = Survey(_WORDS)
    nothing = InvalidEvent(
        "read_missing", "no plate read of a Genetec export in this post: it needs Plate or PlateRead"
    )
    return gathered(
        (found if isinstance(found, Refusal) else _draft(found, survey) for found in _reads(payload)),
        survey,
        nothing=nothing,
    )


def _reads(payload: Payload) -> Iterator[_Read | Refusal]:
    for found in documents(payload):
        yield found if isinstance(found, Refusal) else _opened(found.fields, found.part)
    for part in payload.parts:
        if part.opening == b"<":
            yield from (_from_xml(piece, part.charset) for piece in xml_document.split(part.body))


def _from_xml(piece: bytes, charset: str) -> _Read | Refusal:
    try:
        return _opened(xml_document.parse(piece, charset).fields, piece)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, piece)


def _opened(fields: Node, body: bytes) -> _Read | Refusal:
    if "Plate" not in fields and "PlateRead" not in fields:
        return Refusal("read_missing", "a document without Plate or PlateRead: not a plate read of Genetec's", body)
    return _Read(fields, body, _analytics(fields))


def _analytics(fields: Node) -> dict[str, str]:
    """What the unit found out, by the name it is shown under: a list in one form, fields of their own in another."""
    found = {
        "confidence score": fields.text("ConfidenceScore"),
        "state name": fields.text("PlateStateProvince", "State"),
        "vehicle make": fields.text("VehicleMake"),
        "vehicle model": fields.text("VehicleModel"),
        "vehicle color": fields.text("VehicleColor"),
        "vehicle type": fields.text("VehicleType"),
        "speed": fields.text("Speed"),
        "relative motion": fields.text("RelativeMotion"),
    }
    attributes = fields.node("Attributes")
    found |= {name.lower(): attributes.text(name) for name in attributes.members}
    outer = fields.node("PlateAnalytics")
    for entry in (*outer.nodes("PlateAnalytics"), *fields.nodes("PlateAnalytics")):
        found[(entry.text("Key") or "").lower()] = entry.text("Value")
    return {name: text for name, text in found.items() if name and text is not None}


def _draft(one: _Read, survey: Survey) -> Draft:
    fields = one.fields
    survey.count(fields)
    identity = fields.text("ReferenceReadId", "Id", "Guid")
    kind = one.about("vehicle type")
    return Draft(
        part=one.part,
        time=_time(fields),
        fact=_plate(one),
        vendor_key=identity,
        vendor=VendorIds(
            event_id=identity,
            device_serial=fields.text("ReferenceCameraId", "SourceUrl", "SourceName"),
            channel=fields.text("CameraName", "LprCameraName"),
        ),
        vehicle=_vehicle(one),
        objects=() if kind is None else (DetectedObject(klass="vehicle", class_raw=kind),),
        pictures=_pictures(fields),
        location=_location(fields),
        raw=_raw(one),
    )


def _time(fields: Node) -> VendorTime:
    utc = fields.text("ReadTimeUtc")
    if utc is not None:
        moment = parse_time(utc)
        # What is written with an offset of its own is meant with it.
        return VendorTime(utc, moment, is_utc=moment is not None and moment.tzinfo is None)
    date, clock = fields.text("UTCDate", "DateUtc"), fields.text("UTCTime", "TimeUtc")
    if date is not None and clock is not None:
        return VendorTime(f"{date} {clock}", parse_time(f"{_date(date)} {clock}"), is_utc=True)
    text = fields.text("Timestamp") or ""
    return VendorTime(text, parse_time(text))


def _date(text: str) -> str:
    """A date with its year first. `10/01/2022` is the first of October: the exporter writes the month first."""
    month, first, rest = text.partition("/")
    day, second, year = rest.partition("/")
    if first and second and len(year) == len("2022"):
        return f"{year}-{month}-{day}"
    return text.replace(":", "-").replace("/", "-")


def _plate(one: _Read) -> PlateSeen:
    raw = one.fields.text("Plate", "PlateRead") or ""
    given, scale = _confidence(one)
    return PlateSeen(
        raw=raw,
        reading=raw,
        # The issuing state or province, in Europe the country: nobody says which, so it is kept and not interpreted.
        country_raw=one.about("state name"),
        confidence=ratio(given, scale) or None,
    )


def _confidence(one: _Read) -> tuple[str | None, float]:
    given = one.fields.text("Confidence")
    return (given, 1.0) if given is not None else (one.about("confidence score"), PER_CENT)


def _vehicle(one: _Read) -> Vehicle:
    return Vehicle(
        kind=(one.about("vehicle type") or "").lower() or None,
        make=one.about("vehicle make"),
        model=one.about("vehicle model"),
        color=(one.about("vehicle color") or "").lower() or None,
        direction=_DIRECTIONS.get((one.about("relative motion") or "").lower()),
        speed_mps=_speed(one.about("speed")),
    )


def _speed(text: str | None) -> float | None:
    """`10 mph` or `16 km/h`; a number without its unit is no speed."""
    amount, _, unit = (text or "").partition(" ")
    if unit.lower() == "mph":
        miles = number(amount)
        return None if miles is None else mps_from_kmh(str(miles * _MILES_TO_KM))
    return mps_from_kmh(amount) if unit.lower() in {"km/h", "kph", "kmh"} else None


def _pictures(fields: Node) -> tuple[Picture, ...]:
    found = ((kind, fields.long_text(name)) for name, kind in _PICTURES.items())
    return tuple(Picture(kind, embedded_picture(text)) for kind, text in found if text)


def _location(fields: Node) -> Location | None:
    return location_of(fields.number("Latitude", "LatitudeY"), fields.number("Longitude", "LongitudeX"))


def _raw(one: _Read) -> dict[str, object]:
    given, scale = _confidence(one)
    raw: dict[str, object | None] = {
        "confidence": given,
        "confidence_scale": None if given is None else scale,
        "direction": one.fields.text("VehicleDirection") or one.about("relative motion"),
        "state": one.about("state name"),
        "context": one.about("context"),
        "lane": one.fields.text("Lane") or one.about("lane"),
        "speed": one.about("speed"),
    }
    return {name: value for name, value in raw.items() if value is not None}

"""One object, as both schemas say it, as an event."""

from datetime import datetime

from msgspec import Struct

from rasid.contract.detections import DetectedObject, Phase, Vehicle, VendorIds
from rasid.contract.fields import Location
from services.ingest.adapters.deepstream.words import NO_TRACK, license_of, meaningful
from services.ingest.payload.english import class_of, color_of, kind_of
from services.ingest.payload.face_reading import packed_template
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen, Fact, PlateSeen, Sighted, VendorTime
from services.ingest.payload.times import parse_time

FRAME_SIZE_UNKNOWN = "frame_size_unknown"


class Traits(Struct, frozen=True):
    """What a pipeline says of a vehicle; a text that stands for nothing is taken for absent later."""

    kind: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    license: str | None = None
    region: str | None = None


class Spotted(Struct, frozen=True, kw_only=True):
    """One object of a message. `confidence` is text: minus 0.1 and 0 are "not given"."""

    part: bytes
    time: str
    track: str | None
    sensor: str | None
    class_raw: str
    confidence: str | None = None
    edges: tuple[float, ...] = ()
    traits: Traits = Traits()
    embedding: tuple[float, ...] = ()
    event_id: str | None = None
    phase: Phase = "new"
    location: Location | None = None
    raw: dict[str, object] = {}
    warnings: tuple[str, ...] = ()


def draft_of(spotted: Spotted) -> Draft:
    """The event that an object makes."""
    time = vendor_time(spotted.time)
    track = None if spotted.track in NO_TRACK else spotted.track
    sensor = meaningful(spotted.sensor)
    raw = dict(spotted.raw)
    if spotted.edges:
        raw["box"] = {"values": list(spotted.edges), "space": "ltrb_pixels", "frame_width": None, "frame_height": None}
    return Draft(
        part=spotted.part,
        time=time,
        fact=_fact(spotted),
        vendor_key=None if track is None else f"{sensor or ''}/{track}",
        vendor_key_is_counter=True,
        revision=0 if track is None else _revision(time.moment),
        phase=spotted.phase,
        vendor=VendorIds(event_id=spotted.event_id, track_id=track, channel=sensor),
        vehicle=_vehicle(spotted),
        objects=(_object(spotted, track),),
        location=spotted.location,
        raw=raw,
        warnings=(*spotted.warnings, *((FRAME_SIZE_UNKNOWN,) if spotted.edges else ())),
    )


def vendor_time(text: str) -> VendorTime:
    """A message's time: UTC, unless somebody's converter wrote another offset."""
    moment = parse_time(text)
    return VendorTime(text, moment, is_utc=moment is not None and moment.tzinfo is None)


def _fact(spotted: Spotted) -> Fact:
    klass = class_of(spotted.class_raw)
    text = license_of(spotted.traits.license)
    if klass == "plate" or (klass == "vehicle" and text):
        return PlateSeen(raw=text, reading=text)
    if klass == "face":
        return FaceSeen(template=packed_template(spotted.embedding) if spotted.embedding else None)
    if klass in {"vehicle", "person"}:
        return Sighted("vehicle" if klass == "vehicle" else "person")
    return Sighted("object")


def _vehicle(spotted: Spotted) -> Vehicle:
    if class_of(spotted.class_raw) != "vehicle":
        return Vehicle()
    traits = spotted.traits
    return Vehicle(
        kind=kind_of(traits.kind, spotted.class_raw),
        make=meaningful(traits.make),
        model=meaningful(traits.model),
        color=color_of(traits.color),
        confidence=ratio(spotted.confidence, 1.0) or None,
    )


def _object(spotted: Spotted, track: str | None) -> DetectedObject:
    color = color_of(spotted.traits.color)
    return DetectedObject(
        object_id=track,
        klass=class_of(spotted.class_raw),
        class_raw=spotted.class_raw or None,
        confidence=ratio(spotted.confidence, 1.0) or None,
        color=() if color is None else (color,),
    )


def _revision(moment: datetime | None) -> int:
    """Milliseconds of the UTC day: the sighting is of a day as well."""
    if moment is None:
        return 0
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1000 + moment.microsecond // 1000

"""Reads Rasid's own event JSON: what is posted is checked against its shape, then told as any other format's."""

import base64
import binascii
import re

import msgspec

from rasid.contract.detections import Face, ImageKind
from rasid.errors import InvalidEvent
from services.ingest.adapters.rasid.posted import TYPES, VOCABULARY, PostedPlate, Told
from services.ingest.payload.documents import Document, Opening, documents, pictures
from services.ingest.payload.gathering import gathered
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import (
    Connection,
    Counted,
    Draft,
    FaceSeen,
    Fact,
    Part,
    Payload,
    Picture,
    PlateSeen,
    Reading,
    Refusal,
    Sighted,
    VendorTime,
)
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import parse_time

WRONG = "the event is not as docs/adapters.md says"
_EVENT = re.compile(rb'"type"\s*:\s*"(?:%s)"' % "|".join(map(re.escape, TYPES)).encode())
_VALUE = re.compile(r"(?<=^Invalid enum value).*?(?= - at `[^`]*`$|$)", re.DOTALL)
_SIGHTED = {
    "vehicle.detected": Sighted("vehicle"),
    "person.detected": Sighted("person"),
    "object.detected": Sighted("object"),
}
_NEEDED = {"plate.read": "plate", "rule.triggered": "rule", "device.health": "health", "count.reported": "counts"}


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this holds an event, by its type's own name; never raises."""
    return "captured_at" in part.names and _EVENT.search(part.body) is not None


def read(payload: Payload) -> Reading:
    """What the events say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent("event_missing", "the post holds no JSON: an event is an object with type and captured_at")
    return gathered(
        (
            # Pictures beside several events go with the first.
            found if isinstance(found, Refusal) else _read(found, [] if number else pictures(payload), survey)
            for number, found in enumerate(documents(payload, _OPENING))
        ),
        survey,
        nothing=nothing,
    )


def _read(document: Document, attached: list[Part], total: Survey) -> Draft | Refusal:
    survey = Survey(VOCABULARY)
    survey.count(document.fields)
    total.add(survey)
    try:
        return _draft(_told(document), document.part, attached, survey.warnings())
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, _kept(document.part))


def _told(document: Document) -> Told:
    """The event, checked; a CloudEvent in structured mode has its fields in `data`."""
    value = document.fields.members
    if isinstance(value.get("data"), dict):
        value = {"type": value.get("type")} | value["data"]
    try:
        return msgspec.convert(value, Told)
    except msgspec.ValidationError as error:
        why = _VALUE.sub("", str(error))
        raise InvalidEvent("event_invalid", f"{WRONG}: {why}") from None


def _draft(told: Told, part: bytes, attached: list[Part], warnings: tuple[str, ...]) -> Draft:
    moment = parse_time(told.captured_at)
    if moment is None or moment.tzinfo is None:
        raise InvalidEvent(
            "time_without_offset",
            "captured_at is no time with an offset: write it as 2026-03-01T11:00:00.250+03:00 or with Z",
        )
    return Draft(
        part=part,
        time=VendorTime(told.captured_at, moment),
        fact=_fact(told),
        vendor_key=told.vendor.track_id or told.vendor.event_id or told.vendor.group_id,
        revision=told.revision,
        phase=told.phase,
        is_replay=told.is_replay,
        vendor=told.vendor,
        vehicle=told.vehicle,
        objects=told.objects,
        pictures=_pictures(told, attached),
        view=told.view,
        location=told.location,
        warnings=(*warnings, *_elsewhere(told)),
    )


def _fact(told: Told) -> Fact:
    sighted = _SIGHTED.get(told.type)
    if sighted is not None:
        return sighted
    if told.type.startswith("device.") and told.type != "device.health":
        return Connection(is_connected=told.type == "device.connected", code=told.reason)
    if told.type == "face.detected":
        return _face(told.face)
    fact = {
        "plate.read": _plate(told.plate) if told.plate else None,
        "rule.triggered": told.rule,
        "device.health": told.health,
        "count.reported": _counted(told),
    }[told.type]
    if fact is None:
        raise InvalidEvent("event_invalid", f"{WRONG}: {told.type} has no {_NEEDED[told.type]}")
    return fact


def _counted(told: Told) -> Counted | None:
    return Counted(counts=told.counts, interval_seconds=told.interval_seconds) if told.counts else None


def _plate(plate: PostedPlate) -> PlateSeen:
    raw = plate.raw if plate.raw is not None else plate.text
    return PlateSeen(
        raw=raw or "",
        reading=raw or "",
        country=plate.country,
        country_raw=plate.country_raw,
        confidence=plate.confidence,
        character_confidences=plate.character_confidences,
        candidates=tuple((one.text, one.confidence) for one in plate.candidates),
        box=plate.box,
        plate_type=plate.plate_type,
        color=plate.color,
        list_mode=plate.list_mode,
    )


def _face(face: Face) -> FaceSeen:
    return FaceSeen(
        box=face.box, quality=face.quality, template=_template(face.template), template_model=face.template_model
    )


def _template(text: str | None) -> bytes | None:
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidEvent("event_invalid", f"{WRONG}: face.template is no base64") from None


def _pictures(told: Told, attached: list[Part]) -> tuple[Picture, ...]:
    embedded = [Picture(image.kind, embedded_picture(image.data)) for image in told.images if image.data]
    return (*embedded, *(Picture(_kind(part), part.body) for part in attached))


def _elsewhere(told: Told) -> tuple[str, ...]:
    """A picture that is only named is not fetched."""
    return () if all(image.data for image in told.images) else ("picture_elsewhere",)


def _kind(part: Part) -> ImageKind:
    """A part's kind is its name."""
    names = {part.name.lower(), part.filename.rpartition("/")[2].split(".")[0].lower()}
    return next((kind for kind in ("plate", "vehicle", "face", "person") if kind in names), "overview")


def _kept(part: bytes) -> bytes:
    """What of a refused event may be kept: all but an event about a face."""
    return b"" if b"face" in part else part


_OPENING = Opening(_kept)

"""Tells Axis's forms apart and hands each to whoever reads it."""

from collections.abc import Callable

from msgspec.structs import replace

from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.axis import notifications
from services.ingest.adapters.axis.publisher import publisher_draft
from services.ingest.adapters.axis.scene import frame_drafts, snapshot_draft, track_draft
from services.ingest.adapters.axis.verifier import push_draft
from services.ingest.adapters.axis.words import VOCABULARY
from services.ingest.adapters.onvif.opening import AXIS as AXIS_TOPICS
from services.ingest.adapters.onvif.opening import ROOTS, find
from services.ingest.adapters.onvif.reader import reading_of
from services.ingest.payload.documents import Document, Opening, documents, pictures
from services.ingest.payload.gathering import gathered, together
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import parse_time

# Members that only one form has; all of a row stand in every payload of it, the first in few of other formats.
_ROWS = (
    "carID plateUTF8",
    "carID plateText",
    "carID plateASCII",
    "carState plateUTF8",
    "carState plateText",
    "carState plateASCII",
    "observations bounding_box",
    "observations timestamp",
    "operations timestamp",
    "object_track_id",
    "crop_box",
    "classes start_time end_time",
    "channel_id timestamp",
    "ALPV identify",
    "serial message topic source data",
    "localTime plate device",
)
_MARKS = tuple(frozenset(row.split()) for row in _ROWS)
_FIRST = frozenset(row.split()[0] for row in _ROWS)


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is in one of Axis's forms, by its members or topics; never raises."""
    if part.opening == b"<":
        return part.xml_root in ROOTS and AXIS_TOPICS in part.body
    names = part.names
    if _FIRST.isdisjoint(names) or "@UtcTime" in names:
        return False
    return any(mark <= names for mark in _MARKS)


def read(payload: Payload) -> Reading:
    """What the payload says. Raises InvalidEvent when there is nothing of Axis in it."""
    xml = tuple(part for part in payload.parts if part.opening == b"<")
    readings = [reading_of(find(replace(payload, parts=xml)), notifications.draft_of)] if xml else []
    found = documents(payload, _OPENING)
    if found or not readings:
        readings.append(_reading(found, pictures(payload)))
    return together(readings)


def _reading(found: list[Document | Refusal], beside: list[Part]) -> Reading:
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "axis_missing",
        "the post has no event of Axis in JSON or XML: let the application send its events, not pictures alone",
    )
    return gathered(
        (one if isinstance(one, Refusal) else _read(one, beside, survey) for one in found), survey, nothing=nothing
    )


def _read(document: Document, beside: list[Part], survey: Survey) -> list[Draft] | Refusal:
    try:
        return _drafts(document, beside, survey)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, document.part)


def _kept(part: bytes) -> bytes:
    """A document that cannot be read, unless it seems to describe a person."""
    return b"" if b"clothing" in part or b"Human" in part else part


_OPENING = Opening(_kept)


def _drafts(document: Document, beside: list[Part], survey: Survey) -> list[Draft]:
    fields = document.fields
    if "carID" in fields or any(name in fields for name in ("plateText", "plateUTF8", "plateASCII")):
        return [_counted(document, survey, lambda noticed: push_draft(document, beside, noticed))]
    if "message" in fields and "topic" in fields:
        survey.count(fields.node("message"), is_known=False)
        return [notifications.draft_of(notifications.from_bridge(document), survey)]
    if "ALPV" in fields and "identify" in fields:
        return [_heartbeat(document, survey)]
    if "plate" in fields and "device" in fields:
        return [publisher_draft(document)]
    return _scene(document, survey)


def _scene(document: Document, survey: Survey) -> list[Draft]:
    fields = document.fields
    if any(name in fields for name in ("path", "start_time", "end_time")):
        return [track_draft(document, survey)]
    if "object_track_id" in fields or ("image" in fields and "timestamp" in fields):
        return [snapshot_draft(document, survey)]
    frame = fields.node("data").node("frame") or fields.node("frame") or fields
    if any(name in frame for name in ("observations", "operations", "detections", "track_events", "timestamp")):
        return list(frame_drafts(document, survey))
    raise InvalidEvent(
        "axis_form_unknown",
        "a JSON document that is none of Axis's forms: scene metadata, object analytics and license plate events are",
    )


def _counted(document: Document, total: Survey, make: Callable[[tuple[str, ...]], Draft]) -> Draft:
    """The event, told what of it is not kept."""
    survey = Survey(VOCABULARY)
    survey.count(document.fields)
    total.add(survey)
    return make(survey.warnings())


def _heartbeat(document: Document, survey: Survey) -> Draft:
    """The verifier says that it is running."""
    survey.count(document.fields)
    fields = document.fields
    text = fields.node("system").text("timestamp") or ""
    version = fields.node("ALPV").text("version")
    return Draft(
        part=document.part,
        time=VendorTime(text, parse_time(text)),
        fact=Health(component="heartbeat", state="ok", code=None if version is None else f"ALPV {version}"),
    )

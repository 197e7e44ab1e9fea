"""Takes the results out of whatever a payload is: a post, a list, lines, a form or a file."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import msgspec

from rasid.contract.detections import DetectedObject, VendorIds
from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.plate_recognizer.csv_rows import is_csv, rows
from services.ingest.adapters.plate_recognizer.results import (
    fact_of,
    objects_of,
    raw_of,
    result_of,
    vehicle_of,
    warnings_of,
)
from services.ingest.adapters.plate_recognizer.words import VOCABULARY
from services.ingest.payload.documents import Document, documents, pictures
from services.ingest.payload.gathering import gathered
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, Part, Payload, Picture, Reading, Refusal, Sighted, VendorTime
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

MAX_RESULTS = 64
_FORM = b"json="
_HOOK = frozenset({"hook", "target", "event"})
# What results of other readers have.
_OTHERS = frozenset({"matches_template", "data_type"})
_WORD = re.compile(r"[a-z][a-z._-]{0,40}")


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this holds results in this format, by its members or its header; never raises."""
    if not part.is_json:
        return is_csv(part) or (part.body.startswith(_FORM) and b"results" in part.body)
    names = part.names
    if names >= _HOOK:
        return True
    return "results" in names and ("xmin" in names or "filename" in names) and _OTHERS.isdisjoint(names)


def read(payload: Payload) -> Reading:
    """What the results say. Raises InvalidEvent when there is nothing that could hold any."""
    payload = msgspec.structs.replace(payload, parts=tuple(map(_unwrapped, payload.parts)))
    found = documents(payload)
    found += [row for part in payload.parts if is_csv(part) for row in rows(part)]
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "results_missing",
        "the post holds neither JSON nor CSV: let the webhook post its data, with or without the picture",
    )
    return gathered(_outcomes(found, payload, survey), survey, nothing=nothing)


def _outcomes(
    found: list[Document | Refusal], payload: Payload, survey: Survey
) -> Iterator[list[Draft | Refusal] | Refusal]:
    """What is made of each document; pictures beside several go with the first that can be read."""
    images = tuple(Picture("overview", part.body) for part in pictures(payload))
    for one in found:
        outcome = one if isinstance(one, Refusal) else _read(one, images, survey)
        if not isinstance(outcome, Refusal):
            images = ()
        yield outcome


def _unwrapped(part: Part) -> Part:
    """The document of a form's field `json`, when the form came as an address does."""
    if not part.body.startswith(_FORM):
        return part
    field = part.body[len(_FORM) :].partition(b"&")[0]
    return msgspec.structs.replace(part, body=unquote_to_bytes(field.replace(b"+", b" ")))


def _read(document: Document, images: tuple[Picture, ...], survey: Survey) -> list[Draft | Refusal] | Refusal:
    """The drafts of one document. A picture that comes with it shows all of its results."""
    fields = document.fields
    data = fields.node("data") or fields
    event = fields.node("hook").text("event") or ""
    survey.count(fields)
    if "results" not in data:
        if "heartbeat" in event or "status" in data:
            return [_alive(data, document.part, event or "status")]
        detail = (
            f"a webhook of Plate Recognizer without results ({_plain(event)}): recognitions and heartbeats are read"
        )
        return Refusal("results_missing", detail, document.part)
    results = list(data.nodes("results"))
    if not results:
        return [_alive(data, document.part, "no results")]
    if len(results) > MAX_RESULTS:
        detail = f"one picture has {len(results)} results: the limit is {MAX_RESULTS}"
        return Refusal("too_many_events", detail, document.part)
    return [_one(data, node, b"%s\n%d" % (document.part, at), images) for at, node in enumerate(results)]


def _one(data: Node, node: Node, part: bytes, images: tuple[Picture, ...]) -> Draft | Refusal:
    """A plate or a vehicle, or a person of PeopleTracker; what the vendor's other readers find is none of these."""
    if "plate" in node or "vehicle" in node:
        return _draft(data, node, part, images)
    if node.text("type") == "person":
        return _person(data, node, part, images)
    return Refusal(
        "result_unknown",
        "a result with neither a plate nor a vehicle nor a person: results of Stream, Snapshot, ParkPow and "
        "PeopleTracker are read, those of readers of containers or of USDOT numbers are not",
        part,
    )


def _person(data: Node, node: Node, part: bytes, images: tuple[Picture, ...]) -> Draft:
    """A person that PeopleTracker follows; its numbers begin again with the program."""
    track, sure = node.text("track_id"), ratio(node.text("score"), 1.0)
    return Draft(
        part=part,
        time=_time(data),
        fact=Sighted("person"),
        vendor_key=track and f"{data.text('camera_id') or ''}/{track}",
        vendor_key_is_counter=True,
        vendor=VendorIds(track_id=track, channel=data.text("camera_id")),
        objects=(DetectedObject(object_id=track, klass="person", class_raw="person", confidence=sure),),
        pictures=images,
        raw=raw_of(result_of(node)) | _kept(data),
        warnings=("frame_size_unknown",) if "box" in node else (),
    )


def _plain(event: str) -> str:
    return (
        event if event.replace(".", "").replace("_", "").isalnum() and len(event) <= MAX_RESULTS else "no event named"
    )


def _alive(data: Node, part: bytes, code: str) -> Draft:
    """A post that shows nothing shows that the reader lives."""
    return Draft(part=part, time=_time(data), fact=Health(component="heartbeat", state="ok", code=code))


def _draft(data: Node, node: Node, part: bytes, images: tuple[Picture, ...]) -> Draft:
    result = result_of(node)
    return Draft(
        part=part,
        time=_time(data),
        fact=fact_of(result),
        vendor=VendorIds(channel=data.text("camera_id")),
        vehicle=vehicle_of(result),
        objects=objects_of(result),
        pictures=images,
        raw=raw_of(result) | _kept(data),
        warnings=warnings_of(result),
    )


def _kept(data: Node) -> dict[str, object]:
    return {name: text for name in ("filename", "timestamp_local", "timestamp_camera") if (text := data.text(name))}


def _time(data: Node) -> VendorTime:
    """`timestamp` has an offset or is UTC, as Snapshot writes it; that gives way to the local time with its offset."""
    text, local = data.text("timestamp") or "", data.text("timestamp_local") or ""
    moment, other = parse_time(text), parse_time(local)
    if (moment is None or moment.tzinfo is None) and other is not None and other.tzinfo is not None:
        return VendorTime(local, other)
    return VendorTime(text, moment, is_utc=moment is not None and moment.tzinfo is None)

"""The minimal schema: a frame whose objects are texts, parted by `|`.

`id|left|top|right|bottom|class`, then groups after `#`: first the class's attributes with the confidence last, others
(pose, embedding) by their names. Attributes may be empty; of persons and faces they are not kept.
"""

from collections.abc import Iterator

from msgspec import Struct

from rasid.contract.devices import Health
from services.ingest.adapters.deepstream.spotted import Spotted, Traits, draft_of, vendor_time
from services.ingest.adapters.deepstream.words import NOTHING, VOCABULARY
from services.ingest.payload.documents import Document
from services.ingest.payload.english import class_of
from services.ingest.payload.quantities import number
from services.ingest.payload.reading import Draft, Dropped, Refusal
from services.ingest.payload.survey import WARNINGS, Survey
from services.ingest.payload.tree import Node

_HEAD = 6
_GROUPS = frozenset({"pose3d", "pose25d", "pose2d", "embedding", "sv3dt", "3dbbox", "mask"})
_VEHICLE_ATTRIBUTES = 6
# The edges of an object that is written as one; some converters name them as the full schema does.
_EDGES = (("leftX", "topleftx"), ("topY", "toplefty"), ("rightX", "bottomrightx"), ("bottomY", "bottomrighty"))
# Of a face's attributes the seventh is its name.
_FACE_NAME = 6
_MAX_TEXT = 64 * 1024
_PERSONS = (b"person", b"face", b"gender", b"pedestrian")
MAX_OBJECTS = 512


class _Line(Struct, frozen=True):
    """An object's text, taken apart."""

    head: list[str]
    attributes: list[str]
    confidence: str | None
    embedding: tuple[float, ...]


def drafts_of(document: Document, survey: Survey) -> Iterator[Draft | Refusal]:
    """The events of a frame, and a refusal for each object that is none; an empty frame is a sign of life."""
    fields = document.fields
    survey.count(fields.without("objects"))
    texts, nodes = fields.texts("objects"), list(fields.nodes("objects"))
    if not any(texts) and not nodes:
        yield _alive(fields, document.part)
    for place, text in enumerate(texts[:MAX_OBJECTS]):
        line = _taken_apart(text)
        part = b"%d:" % place + document.part
        if line is not None:
            yield _draft(line, fields, part, survey)
        elif text:
            detail = "an object of the frame is not written as id|left|top|right|bottom|class"
            yield Refusal("object_not_understood", detail, kept(text.encode("utf-8", "replace")))
    for place, node in enumerate(nodes[:MAX_OBJECTS]):
        yield _of_node(node, fields, b"n%d:" % place + document.part, survey)


def _taken_apart(text: str) -> _Line | None:
    groups = [group.strip("#").split("|") for group in text[:_MAX_TEXT].replace("|#|", "\n").split("\n")]
    head = groups[0]
    if len(head) < _HEAD:
        return None
    attributes: list[str] = []
    embedding: tuple[float, ...] = ()
    for group in groups[1:]:
        name = group[0].strip().lower()
        if name == "embedding":
            embedding = _numbers(group[1] if len(group) > 1 else "")
        elif name not in _GROUPS and not attributes:
            attributes = [value.strip() for value in group]
    return _Line(head, attributes[:-1], attributes[-1] if attributes else None, embedding)


def _numbers(text: str) -> tuple[float, ...]:
    values = [number(value.strip()) for value in text.split(",") if value.strip()]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else ()


def _draft(line: _Line, fields: Node, part: bytes, survey: Survey) -> Draft:
    track, *edges, name = (value.strip() for value in line.head[:_HEAD])
    klass = class_of(name)
    numbers = [number(edge) for edge in edges]
    found = tuple(value for value in numbers if value is not None)
    is_vehicle = klass == "vehicle" and len(line.attributes) == _VEHICLE_ATTRIBUTES
    traits = Traits(*line.attributes) if is_vehicle else _read_plate(line, klass)
    return draft_of(
        Spotted(
            part=part,
            time=time_of(fields),
            track=track,
            sensor=fields.text("sensorId"),
            class_raw=name,
            confidence=line.confidence,
            edges=found if len(found) == len(numbers) else (),
            traits=traits,
            embedding=line.embedding,
            raw=_raw(line, fields, traits),
            warnings=_noticed(line.attributes, klass, survey),
        ),
    )


def _read_plate(line: _Line, klass: str) -> Traits:
    """A plate that a detector of plates found has one attribute, what was read in it."""
    return Traits(license=line.attributes[0]) if klass == "plate" and len(line.attributes) == 1 else Traits()


def _of_node(node: Node, fields: Node, part: bytes, total: Survey) -> Draft:
    """An object written as JSON, as newer pipelines do."""
    survey = Survey(VOCABULARY)
    survey.count(node)
    total.add(survey)
    box, info = node.node("bbox"), node.node("info")
    edges = [box.number(*names) for names in _EDGES]
    found = tuple(value for value in edges if value is not None)
    return draft_of(
        Spotted(
            part=part,
            time=time_of(fields),
            track=node.text("id"),
            sensor=fields.text("sensorId"),
            class_raw=node.text("type") or "",
            confidence=node.text("confidence"),
            edges=found if len(found) == len(edges) else (),
            traits=Traits(
                kind=info.text("type"),
                make=info.text("make"),
                model=info.text("model"),
                color=info.text("color"),
                license=info.text("license"),
                region=info.text("licenseState"),
            ),
            warnings=survey.warnings(),
        ),
    )


def kept(part: bytes) -> bytes:
    """What may be kept of something that cannot be read: nothing where it seems to describe a person."""
    return b"" if any(word in part.lower() for word in _PERSONS) else part


def time_of(fields: Node) -> str:
    """When the frame was, as written."""
    return fields.text("@timestamp", "timestamp") or ""


def _noticed(attributes: list[str], klass: str, survey: Survey) -> tuple[str, ...]:
    """What of a person or face is not kept; counted."""
    if klass not in {"person", "face"}:
        return ()
    said = [place for place, value in enumerate(attributes) if value.lower() not in NOTHING and value != "0"]
    names = sum(klass == "face" and place == _FACE_NAME for place in said)
    counts: dict[Dropped, int] = {"attribute": len(said) - names, "identification": names}
    for kind, times in counts.items():
        survey.drop(kind, times)
    return tuple(WARNINGS[kind] for kind, times in counts.items() if times)


def _raw(line: _Line, fields: Node, traits: Traits) -> dict[str, object]:
    raw: dict[str, object | None] = {
        "frame": fields.text("id"),
        "confidence": line.confidence,
        "vehicle_type": traits.kind or None,
        "license_region": traits.region or None,
    }
    return {name: value for name, value in raw.items() if value is not None}


def _alive(fields: Node, part: bytes) -> Draft:
    return Draft(
        part=part,
        time=vendor_time(time_of(fields)),
        fact=Health(component="heartbeat", state="ok", code="empty_frame"),
    )

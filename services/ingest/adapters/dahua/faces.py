"""Faces: where they are and how they look, never whose. Candidates are counted by the survey and read by nobody."""

from collections.abc import Iterator

from rasid.contract.detections import DetectedObject
from rasid.errors import InvalidEvent
from services.ingest.adapters.dahua.moments import moment_of
from services.ingest.adapters.dahua.pictures import pictures_of
from services.ingest.adapters.dahua.places import Place, box_of, place
from services.ingest.adapters.dahua.record import Record, meaningful
from services.ingest.adapters.dahua.traffic import OBJECT_SCALE
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen
from services.ingest.payload.tree import Node

FACE_REFUSED = "face_event_refused"
MAX_FACES = 64
_BOXES = ("BoundingBox", "Rect", "FaceRect")


def read_faces(record: Record) -> list[Draft]:
    """The faces of one event. Raises InvalidEvent when there is no place and no picture of any."""
    found = [(node, where) for node in _nodes(record.data) if (where := place(node, *_BOXES)) is not None][:MAX_FACES]
    if not found and record.attachments:
        return [_draft(record, Node(), None)]
    if not found:
        raise InvalidEvent(
            FACE_REFUSED,
            f"the {record.code} event is about a face and holds neither its place nor its picture; who a camera takes "
            "somebody for is never kept: subscribe to FaceDetection with pictures, or switch this event off",
        )
    return [_draft(record, node, where) for node, where in found]


def _nodes(data: Node) -> Iterator[Node]:
    """The blocks that are a face each; one face is often in two of them, and then the list counts."""
    listed = list(data.nodes("Faces"))
    if listed:
        yield from listed
        return
    single = data.node("Face") or data.node("FaceData") or data.node("Object")
    yield single or data


def _draft(record: Record, node: Node, where: Place | None) -> Draft:
    number = meaningful(node.text("ObjectID"))
    time, doubts = moment_of(record)
    box = box_of(where)
    key = record.key()
    return Draft(
        part=record.part,
        time=time,
        fact=FaceSeen(box=box),
        vendor_key=f"{record.index or ''}/face/{number}" if number else key,
        vendor_key_is_counter=True,
        revision=record.revision(),
        phase=record.phase,
        vendor=record.vendor(number),
        objects=(
            DetectedObject(
                object_id=number,
                klass="face",
                class_raw=meaningful(node.text("ObjectType")),
                confidence=ratio(node.text("Confidence"), OBJECT_SCALE) or None,
                box=box,
            ),
        ),
        pictures=pictures_of(record, "face"),
        raw={"event_type": record.code} | ({} if where is None else {"box": where.raw}),
        warnings=(*record.warnings, *doubts),
    )

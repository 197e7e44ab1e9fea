"""Persons: where they are, never what they wear, carry or look like; a face that was seen with them is a face."""

from rasid.contract.detections import DetectedObject
from services.ingest.adapters.dahua.moments import moment_of
from services.ingest.adapters.dahua.pictures import pictures_of
from services.ingest.adapters.dahua.places import box_of, place
from services.ingest.adapters.dahua.record import Record, meaningful
from services.ingest.adapters.dahua.traffic import OBJECT_SCALE
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen, Sighted
from services.ingest.payload.tree import Node

MAX_PERSONS = 64
_FACES = frozenset({"humanface", "face"})


def read_persons(record: Record) -> list[Draft]:
    """The bodies and faces of one event."""
    nodes = [*record.data.nodes("Objects")] or [record.data.node("Object")]
    return [_draft(record, node) for node in nodes[:MAX_PERSONS]]


def _draft(record: Record, node: Node) -> Draft:
    number = meaningful(node.text("ObjectID"))
    owner = meaningful(node.text("BelongID"))
    is_face = (node.text("ObjectType") or "").lower() in _FACES
    where = place(node, "BoundingBox", "Rect")
    time, doubts = moment_of(record)
    return Draft(
        part=record.part,
        time=time,
        fact=FaceSeen(box=box_of(where)) if is_face else Sighted("person"),
        vendor_key=f"{record.index or ''}/object/{number}" if number else record.key(),
        vendor_key_is_counter=True,
        revision=record.revision(),
        phase=record.phase,
        vendor=record.vendor(number),
        objects=(
            DetectedObject(
                object_id=number,
                parent_id=owner if owner != number else None,
                klass="face" if is_face else "person",
                class_raw=meaningful(node.text("ObjectType")),
                confidence=ratio(node.text("Confidence"), OBJECT_SCALE) or None,
                box=box_of(where),
            ),
        ),
        pictures=pictures_of(record, "face" if is_face else "person"),
        raw={"event_type": record.code} | ({} if where is None else {"box": where.raw}),
        warnings=(*record.warnings, *doubts),
    )

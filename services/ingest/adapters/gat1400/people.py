"""Persons and faces: where and when, and the picture; nothing of what the camera says about who or how they are."""

from rasid.contract.detections import DetectedObject
from services.ingest.adapters.gat1400 import objects
from services.ingest.payload.quantities import location_of
from services.ingest.payload.reading import Draft, FaceSeen, Sighted
from services.ingest.payload.tree import Node


def person(fields: Node, part: bytes) -> Draft:
    """A person that was seen."""
    return _draft(fields, part, "PersonID", ("PersonAppearTime", "LocationMarkTime"), is_face=False)


def face(fields: Node, part: bytes) -> Draft:
    """A face that was seen."""
    return _draft(fields, part, "FaceID", ("FaceAppearTime", "LocationMarkTime"), is_face=True)


def _draft(fields: Node, part: bytes, identifier: str, times: tuple[str, ...], *, is_face: bool) -> Draft:
    shown = objects.images(fields)
    where = objects.place(fields, shown)
    box = None if where is None else where.box
    return Draft(
        part=part,
        time=objects.time_of(fields, shown, *times),
        fact=FaceSeen(box=box) if is_face else Sighted("person"),
        vendor_key=objects.key_of(fields, identifier),
        vendor=objects.vendor(fields, identifier),
        objects=(
            DetectedObject(
                object_id=fields.text(identifier),
                parent_id=fields.text("PersonID") if is_face else None,
                klass="face" if is_face else "person",
                box=box,
            ),
        ),
        pictures=objects.pictures(shown),
        location=location_of(fields.number("Latitude"), fields.number("Longitude")),
        raw={} if where is None else {"box": where.raw},
        warnings=("frame_size_unknown",) if where is not None and box is None else (),
    )

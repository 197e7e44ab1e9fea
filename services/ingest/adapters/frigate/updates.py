"""An update of a tracked object: a plate that was read, a face that was seen, a class or a description that was given.

Whose face it is, whose car, and what a model says of somebody is dropped. When the last car or person has gone, Frigate
sends an update with nothing in it: it says that Frigate is alive.
"""

from rasid.contract.detections import DetectedObject
from rasid.contract.devices import Health
from services.ingest.adapters.frigate.tracked import pixels, vendor_of
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen, Fact, PlateSeen, Sighted, VendorTime
from services.ingest.payload.survey import NOTHING, Survey
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

TYPES = frozenset({"lpr", "face", "classification", "description"})
MILLISECONDS = 1000


def read_update(fields: Node, part: bytes, survey: Survey) -> Draft:
    """An update of one of `TYPES`."""
    kind = fields.text("type") or ""
    time = epoch_time(fields.text("timestamp"))
    survey.drop("identification", sum((fields.text(name) or "") not in NOTHING for name in ("name", "sub_label")))
    survey.drop("attribute", int(fields.text("attribute") is not None))
    track = fields.text("id")
    return Draft(
        part=part,
        time=time,
        fact=_fact(fields, kind),
        vendor_key=track,
        revision=_revision(track, time),
        phase="update",
        vendor=vendor_of(fields),
        objects=_objects(kind, track),
        raw=_raw(fields, kind),
        warnings=("frame_size_unknown",) if fields.numbers("plate_box") else (),
    )


def _revision(track: str | None, time: VendorTime) -> int:
    """Milliseconds since the object was first seen: that moment is in its id."""
    began = epoch_time((track or "").partition("-")[0]).moment
    if began is None or time.moment is None:
        return 0
    return max(0, int((time.moment - began).total_seconds() * MILLISECONDS))


def _fact(fields: Node, kind: str) -> Fact:
    if fields.text("id") is None:
        return Health(component="heartbeat", state="ok", code=f"{kind} cleared")
    if kind == "lpr":
        plate = fields.text("plate") or ""
        return PlateSeen(raw=plate, reading=plate, confidence=ratio(fields.text("score"), 1.0))
    return FaceSeen() if kind == "face" else Sighted("object")


def _objects(kind: str, track: str | None) -> tuple[DetectedObject, ...]:
    """A plate or face belongs to the tracked object; what that is, an update does not say."""
    if track is None:
        return ()
    if kind == "lpr":
        return (DetectedObject(parent_id=track, klass="plate"),)
    return (DetectedObject(parent_id=track, klass="face"),) if kind == "face" else (DetectedObject(object_id=track),)


def _raw(fields: Node, kind: str) -> dict[str, object]:
    box = fields.numbers("plate_box")
    score = fields.text("score") if kind == "lpr" else None
    raw: dict[str, object | None] = {
        "type": kind,
        "model": fields.text("model"),
        "box": pixels(box) if box else None,
        "confidence": score,
        "confidence_scale": score and 1.0,
    }
    return {name: value for name, value in raw.items() if value is not None}

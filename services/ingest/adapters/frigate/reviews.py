"""A review item: what Frigate thinks a person should look at, over several tracked objects."""

from typing import Literal

from rasid.contract.detections import DetectedObject, Phase, Rule, VendorIds
from services.ingest.adapters.frigate.words import LABELS, RECOGNIZED
from services.ingest.payload.reading import Draft
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

_PHASES: dict[str, Phase] = {"new": "new", "end": "end"}
_LISTS = ("detections", "objects", "zones", "audio")
MAX_OBJECTS = 32
MILLISECONDS = 1000


def read_review(fields: Node, part: bytes, survey: Survey) -> Draft:
    """A review message. Its update has no time of its own: it is dated with the beginning, its end with the end."""
    review = fields.node("after")
    data = review.node("data")
    phase = _PHASES.get(fields.text("type") or "", "update")
    severity = review.text("severity")
    _drop_names(data, survey)
    return Draft(
        part=part,
        time=epoch_time(review.text("end_time", "start_time") if phase == "end" else review.text("start_time")),
        fact=Rule(kind="audio" if _is_heard(data) else "other", name=_name(severity), state=_state(phase)),
        vendor_key=review.text("id"),
        revision=_revision(review, phase),
        phase=phase,
        vendor=VendorIds(event_id=review.text("id"), channel=review.text("camera")),
        objects=tuple(_object(label) for label in data.texts("objects")[:MAX_OBJECTS] if label),
        raw=_raw(fields, data, severity),
    )


def _state(phase: Phase) -> Literal["start", "stop"]:
    return "stop" if phase == "end" else "start"


def _name(severity: str | None) -> str:
    return "review" if severity is None else f"review {severity}"


def _is_heard(data: Node) -> bool:
    """Whether nothing was seen and something heard."""
    return not any(data.texts("objects")) and any(data.texts("audio"))


def _object(label: str) -> DetectedObject:
    label = label.removesuffix(RECOGNIZED)
    return DetectedObject(klass=LABELS.get(label, "unknown"), class_raw=label)


def _drop_names(data: Node, survey: Survey) -> None:
    survey.drop("identification", sum(1 for name in data.texts("sub_labels") if name))
    survey.drop("identification", sum(1 for label in data.texts("objects") if label.endswith(RECOGNIZED)))


def _revision(review: Node, phase: Phase) -> int:
    """Grows as the item does: an update adds objects, zones or a severity, and has no time that would tell."""
    data = review.node("data")
    held = sum(len([text for text in data.texts(name) if text]) for name in _LISTS)
    held += review.text("severity") == "alert"
    start, end = (epoch_time(review.text(name)).moment for name in ("start_time", "end_time"))
    if phase != "end" or start is None or end is None:
        return 0 if phase == "new" else held
    return max(held + 1, int((end - start).total_seconds() * MILLISECONDS))


def _raw(fields: Node, data: Node, severity: str | None) -> dict[str, object]:
    raw: dict[str, object | None] = {
        "type": fields.text("type"),
        "severity": severity,
        **{name: [text for text in data.texts(name) if text] or None for name in ("detections", "zones", "audio")},
    }
    return {name: value for name, value in raw.items() if value is not None}

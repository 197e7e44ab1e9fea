"""A tracked object: the `after` of an event message, or an event as Frigate's own API lists it.

Boxes of messages are pixels of the resolution that Frigate detects in, which no message says: they stay raw. The API's
are parts of the frame: left, top, width, height. Speeds are miles or
kilometres an hour, by a setting that no message says either: they stay raw as well.
"""

from typing import Literal

import msgspec

from rasid.contract.detections import DetectedObject, ImageKind, Phase, Rule, Vehicle, VendorIds
from rasid.contract.fields import Box
from rasid.errors import InvalidEvent
from services.ingest.adapters.frigate.words import LABELS, LOGOS
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import box_from_corner, number, ratio
from services.ingest.payload.reading import Draft, FaceSeen, Picture, PlateSeen, Sighted
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

_PHASES: dict[str, Phase] = {"new": "new", "update": "update", "end": "end", "clip_ready": "end"}
_SIGHTED: dict[str, Literal["vehicle", "person", "object"]] = {"vehicle": "vehicle", "person": "person"}
_PICTURES: dict[str, ImageKind] = {"vehicle": "vehicle", "person": "person", "face": "face", "plate": "plate"}
_SPEEDS = ("current_estimated_speed", "average_estimated_speed", "velocity_angle")
MAX_ATTRIBUTES = 16
MAX_BOX_VALUES = 4
MAX_ZONES = 32
MILLISECONDS = 1000
DETECT_RESOLUTION = "pixels_of_detect_resolution"


def read_event(fields: Node, part: bytes, survey: Survey) -> list[Draft]:
    """An event message: what holds `after` it."""
    tracked = fields.node("after")
    kind = fields.text("type") or ""
    return _drafts(tracked, part, survey, _PHASES.get(kind, "update"), kind)


def read_listed(fields: Node, part: bytes, survey: Survey) -> list[Draft]:
    """An event as the API lists it: over, unless it has no end yet."""
    return _drafts(fields, part, survey, "update" if fields.text("end_time") is None else "end", None)


def _drafts(tracked: Node, part: bytes, survey: Survey, phase: Phase, kind: str | None) -> list[Draft]:
    """The event; two when a plate was recognized on what is no vehicle."""
    label = tracked.text("label")
    if label is None:
        raise InvalidEvent("label_missing", "the event does not say what was seen: it has no label")
    raw = _raw(tracked, kind, _logo(tracked, survey))
    whole = Draft(
        part=part,
        time=epoch_time(tracked.text("frame_time", "start_time")),
        fact=_fact(tracked, label),
        vendor_key=tracked.text("id"),
        revision=_revision(tracked),
        phase=phase,
        vendor=vendor_of(tracked),
        vehicle=Vehicle(kind=label if LABELS.get(label) == "vehicle" else None),
        objects=_objects(tracked, label),
        pictures=_pictures(tracked, label),
        raw=raw,
        warnings=_warnings(tracked),
    )
    plate, score = _plate(tracked)
    if plate is None:
        return [whole]
    read = PlateSeen(raw=plate, reading=plate, confidence=ratio(score, 1.0), box=_plate_box(tracked))
    with_plate = msgspec.structs.replace(whole, fact=read, raw=raw | {"plate_confidence": score})
    return [with_plate] if LABELS.get(label) in {"vehicle", "plate"} else [whole, with_plate]


def _warnings(tracked: Node) -> tuple[str, ...]:
    warnings = ["frame_size_unknown"] if tracked.numbers("box") else []
    if any(tracked.number(name) for name in _SPEEDS[:2]):
        warnings.append("speed_unit_unknown")
    if tracked.flag("false_positive"):
        warnings.append("false_positive")
    return tuple(warnings)


def _pictures(tracked: Node, label: str) -> tuple[Picture, ...]:
    thumbnail = tracked.long_text("thumbnail")
    if thumbnail is None:
        return ()
    return (Picture(_PICTURES.get(LABELS.get(label, ""), "overview"), embedded_picture(thumbnail)),)


def _box(tracked: Node) -> Box | None:
    """Where it is, where the API says it in parts of the frame."""
    return _share(tracked.node("data"))


def _share(node: Node) -> Box | None:
    corner = node.numbers("box")
    return box_from_corner(*corner) if len(corner) == len(("left", "top", "width", "height")) else None


def _plate_box(tracked: Node) -> Box | None:
    """Where the API saw the plate; None where it saw several, as it does not say which was read."""
    parts = tracked.node("data").nodes("attributes")
    plates = [part for part in parts if LABELS.get(part.text("label") or "") == "plate"]
    return _share(plates[0]) if len(plates) == 1 else None


def _fact(tracked: Node, label: str) -> PlateSeen | Sighted | FaceSeen | Rule:
    if tracked.node("data").text("type") == "audio":
        return Rule(kind="audio", name=label, state="stop" if tracked.text("end_time") else "start")
    klass = LABELS.get(label)
    if klass == "plate":
        return PlateSeen(raw="", reading="")
    if klass == "face":
        return FaceSeen()
    return Sighted(_SIGHTED.get(klass or "", "object"))


def _plate(tracked: Node) -> tuple[str | None, str | None]:
    """The plate and its score: two fields, or a list of two; with the API, inside `data`."""
    for node in (tracked, tracked.node("data")):
        pair = [text for text in node.texts("recognized_license_plate") if text]
        if pair:
            return pair[0], pair[1] if len(pair) > 1 else node.text("recognized_license_plate_score")
    return None, None


def _seen(tracked: Node) -> Node:
    """Where box and score are: `data` with the API, else the object itself."""
    return tracked.node("data") or tracked


def _revision(tracked: Node) -> int:
    """Milliseconds since the object was first seen; where the API gives no frame's time, to its end."""
    start = epoch_time(tracked.text("start_time")).moment
    now = epoch_time(tracked.text("frame_time", "end_time")).moment
    return 0 if start is None or now is None else max(0, int((now - start).total_seconds() * MILLISECONDS))


def vendor_of(fields: Node, event_id: str | None = None) -> VendorIds:
    """The identifiers of a message; the camera is Frigate's own name for it."""
    return VendorIds(event_id=event_id, track_id=fields.text("id"), channel=fields.text("camera"))


def _objects(tracked: Node, label: str) -> tuple[DetectedObject, ...]:
    seen = _seen(tracked)
    track = tracked.text("id")
    whole = DetectedObject(
        object_id=track,
        klass=LABELS.get(label, "unknown"),
        class_raw=label,
        confidence=ratio(seen.text("score", "top_score"), 1.0),
        box=_box(tracked),
    )
    told: list[tuple[Node, Box | None]] = [(node, None) for node in tracked.nodes("current_attributes")]
    told += [(node, _share(node)) for node in tracked.node("data").nodes("attributes")]
    parts = [
        DetectedObject(
            parent_id=track,
            klass=LABELS.get(node.text("label") or "", "other"),
            class_raw=node.text("label"),
            confidence=ratio(node.text("score"), 1.0),
            box=box,
        )
        for node, box in told[:MAX_ATTRIBUTES]
        if node.text("label")
    ]
    return (whole, *parts)


def _logo(tracked: Node, survey: Survey) -> str | None:
    """The company on a vehicle or parcel; any other sub label is dropped: it may be a name."""
    said = next((text for text in tracked.texts("sub_label") if text), None)
    if said is None:
        return None
    if said in LOGOS and tracked.text("label") != "person":
        return said
    survey.drop("identification")
    return None


def _raw(tracked: Node, kind: str | None, logo: str | None) -> dict[str, object]:
    """What normalizing left out, in Frigate's words and units."""
    seen = _seen(tracked)
    box = seen.numbers("box")
    zones = (*tracked.texts("entered_zones"), *tracked.texts("zones"))
    attributes = [one for node in tracked.nodes("current_attributes") if (one := node.numbers("box"))]
    raw: dict[str, object | None] = {
        "type": kind,
        "box": pixels(box, "xywh_0_1" if seen is not tracked else DETECT_RESOLUTION) if box else None,
        "attribute_boxes": [pixels(values) for values in attributes[:MAX_ATTRIBUTES]],
        "confidence": seen.text("score", "top_score"),
        "confidence_scale": 1.0,
        "top_score": number(seen.text("top_score")),
        "current_zones": tracked.texts("current_zones")[:MAX_ZONES] or None,
        "entered_zones": [zone for zone in zones if zone][:MAX_ZONES],
        "stationary": tracked.flag("stationary"),
        "logo": logo,
        **{name: tracked.number(name) or None for name in _SPEEDS},
    }
    return {name: value for name, value in raw.items() if value is not None and value != []}


def pixels(values: tuple[float, ...], space: str = DETECT_RESOLUTION) -> dict[str, object]:
    """A box as Frigate gives it."""
    return {"values": list(values[:MAX_BOX_VALUES]), "space": space, "frame_width": None, "frame_height": None}

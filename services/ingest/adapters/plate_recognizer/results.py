"""One result: a plate with its vehicle, or a vehicle without.

Scores are 0 to 1: `score` is of the plate's text, `dscore` of where it is. Boxes are pixels of a frame whose size
nobody says, and the picture that comes along may be a part of it: they stay raw. Directions are degrees on the
picture's plane and speeds are in the unit that was set: both stay raw.
"""

from collections.abc import Sequence

from msgspec import Struct

from rasid.contract.detections import DetectedObject, Vehicle
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.plate_recognizer.words import COLORS, KINDS, NO_WORDS
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import PlateSeen, Sighted
from services.ingest.payload.tree import Node

MAX_CANDIDATES = 16
_EDGES = ("xmin", "ymin", "xmax", "ymax")


class Result(Struct, frozen=True):
    """A result in either of its forms, made one."""

    texts: Sequence[Node]  # the readings of the plate, the likeliest first; each `plate` or `value`, and `score`
    region: Node
    plate_box: Node
    vehicle: Node
    makes: Sequence[Node]
    colors: Sequence[Node]
    orientations: Sequence[Node]
    plate_score: str | None  # of where the plate is
    whole: Node


def result_of(node: Node) -> Result:
    """The result in whatever form it is."""
    plate, vehicle = node.node("plate"), node.node("vehicle")
    props, seen = plate.node("props"), vehicle.node("props")
    is_text = node.text("plate") is not None and not plate
    others = [one for one in node.nodes("candidates") if (one.text("plate") or "") != node.text("plate")]
    return Result(
        texts=[node, *others] if is_text else list(props.nodes("plate")),
        region=node.node("region") or props.node("region"),
        plate_box=plate.node("box") if plate else node.node("box"),
        vehicle=vehicle,
        makes=list(node.nodes("model_make")) or list(seen.nodes("make_model")),
        colors=list(node.nodes("color")) or list(seen.nodes("color")),
        orientations=list(node.nodes("orientation")) or list(seen.nodes("orientation")),
        plate_score=plate.text("score") if plate else node.text("dscore"),
        whole=node,
    )


def fact_of(result: Result) -> PlateSeen | Sighted:
    """The plate, or that there is a vehicle without one."""
    if not result.texts:
        return Sighted("vehicle")
    best, *others = result.texts
    text = _reading(best)
    code = result.region.text("code", "value")
    return PlateSeen(
        raw=text,
        reading=text,
        country=country_of_iso((code or "").partition("-")[0]),
        country_raw=code,
        confidence=_score(best),
        candidates=tuple((_reading(one), _score(one)) for one in others[:MAX_CANDIDATES] if _reading(one) != text),
    )


def _reading(node: Node) -> str:
    return node.text("plate", "value") or ""


def _score(node: Node) -> float | None:
    return ratio(node.text("score"), 1.0)


def vehicle_of(result: Result) -> Vehicle:
    """The vehicle: the likeliest kind, make, model and color."""
    kind = KINDS.get((result.vehicle.text("type") or "").lower())
    make_model = _best(result.makes)
    make, model = _word(make_model, "make"), _word(make_model, "model")
    used = [node for node, is_used in ((result.vehicle, kind), (make_model, make)) if is_used]
    sure = [value for node in used if (value := _score(node)) is not None]
    color = (_best(result.colors).text("color", "value") or "").lower()
    return Vehicle(
        kind=kind,
        make=make,
        model=model if make else None,
        color=color if color in COLORS else None,
        confidence=min(sure, default=None),
    )


def _best(nodes: Sequence[Node]) -> Node:
    return max(nodes, key=lambda node: node.number("score") or 0.0, default=Node())


def _word(node: Node, name: str) -> str | None:
    text = node.text(name)
    return None if text is None or text.lower() in NO_WORDS else text


def objects_of(result: Result) -> tuple[DetectedObject, ...]:
    """The vehicle as an object, where one was detected."""
    if not result.vehicle:
        return ()
    word = result.vehicle.text("type")
    return (DetectedObject(klass="vehicle", class_raw=word, confidence=_score(result.vehicle)),)


def warnings_of(result: Result) -> tuple[str, ...]:
    """That boxes and speeds could not be taken."""
    warnings = ["frame_size_unknown"] if _pixels(result.plate_box) or _pixels(result.vehicle.node("box")) else []
    if result.whole.number("speed"):
        warnings.append("speed_unit_unknown")
    return tuple(warnings)


def raw_of(result: Result) -> dict[str, object]:
    """What normalizing left out, in the reader's own words and units."""
    whole, make_model = result.whole, _best(result.makes)
    score = result.texts[0].text("score") if result.texts else None
    raw: dict[str, object | None] = {
        "box": _pixels(result.plate_box),
        "vehicle_box": _pixels(result.vehicle.node("box")),
        "confidence": score,
        "confidence_scale": score and 1.0,
        "detection_confidence": result.plate_score,
        "region_confidence": result.region.text("score"),
        "vehicle_type": result.vehicle.text("type"),
        "vehicle_make": make_model.text("make"),
        "vehicle_model": make_model.text("model"),
        "vehicle_color": _best(result.colors).text("color", "value"),
        "vehicle_orientation": _best(result.orientations).text("orientation", "value"),
        "direction_degrees": whole.number("direction"),
        "speed": whole.number("speed"),
    }
    return {name: value for name, value in raw.items() if value is not None}


def _pixels(box: Node) -> dict[str, object] | None:
    values = [box.number(edge) for edge in _EDGES]
    if any(value is None for value in values):
        return None
    return {"values": values, "space": "pixels", "frame_width": None, "frame_height": None}

"""An analytic event of the AI Bridge: what happened, by which rule, to which objects. Corners are 0-1, origin top left.

The form has no time of its own: an event is dated with its arrival unless the application adds one.
"""

from msgspec.structs import replace

from rasid.contract.detections import DetectedObject, ObjectClass, Rule, Vehicle, VendorIds
from rasid.contract.fields import Box
from services.ingest.adapters.onvif.topics import rule_of
from services.ingest.adapters.onvif.words import meaningful
from services.ingest.payload.documents import Document
from services.ingest.payload.english import class_of, color_of, kind_of, plain
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import box_from_edges, mps_from_kmh, ratio
from services.ingest.payload.reading import Draft, FaceSeen, Fact, Picture, PlateSeen, Sighted, VendorTime
from services.ingest.payload.survey import Survey, vocabulary
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

VOCABULARY = vocabulary(
    """
    alpha atLocation blue class closed color confidence count customData description followsPath fromSource fromVendor
    green hasFillColor hasLineColor hasMotion hasOutline hasSize hasSpeed hasTriggerZone hasVertices imageData
    includesSnapshot involvedObject name readout red relatedTo removed startTime subclass tag timestamp trigger
    triggeredByRule type unitText uuid value x y id
    """,
)
MAX_OBJECTS = 64
_SEEN: dict[ObjectClass, Fact] = {
    "vehicle": Sighted("vehicle"),
    "person": Sighted("person"),
    "face": FaceSeen(),
}
_TEMPLATE = "{{"


def drafts(document: Document, total: Survey) -> list[Draft]:
    """The events: each plate that was read out, and the rule that fired, or what was seen where none is named."""
    fields = document.fields
    survey = Survey(VOCABULARY)
    survey.count(fields)
    total.add(survey)
    things = list(fields.nodes("involvedObject"))[:MAX_OBJECTS]
    plates = [thing for thing in things if class_of(thing.text("class")) == "plate"]
    found = [_draft(document, things, thing, _plate(thing)) for thing in plates]
    if len(plates) > 1:  # each is a vehicle of its own
        found = [_of_several(one, place) for place, one in enumerate(found)]
    if not found or "triggeredByRule" in fields:
        first = things[0] if things else Node()
        found.append(_draft(document, things, first, _fact(fields, first)))
    return [replace(one, warnings=survey.warnings()) for one in found]


def _of_several(one: Draft, place: int) -> Draft:
    key = None if one.vendor_key is None else f"{one.vendor_key}/{place}"
    return replace(one, part=b"%d:" % place + one.part, vendor_key=key)


def _draft(document: Document, things: list[Node], first: Node, fact: Fact) -> Draft:
    """One event of the document; `first` is the object it is of."""
    fields = document.fields
    text = fields.text("timestamp", "startTime") or ""
    return Draft(
        part=document.part,
        time=VendorTime(text, parse_time(text)),
        fact=fact,
        vendor_key=_filled(fields.text("uuid", "id")),
        phase="end" if first.flag("removed") else "new",
        vendor=VendorIds(
            event_id=_filled(fields.text("uuid", "id")), channel=_filled(fields.node("fromSource").text("uuid"))
        ),
        vehicle=_vehicle(first),
        objects=tuple(_object(thing) for thing in things),
        pictures=tuple(
            Picture("overview", embedded_picture(data))
            for snapshot in fields.nodes("includesSnapshot")
            if (data := snapshot.long_text("imageData")) is not None
        ),
        raw=_raw(fields, first),
    )


def _filled(text: str | None) -> str | None:
    """An identifier; None where a template's place was never filled."""
    return None if text is None or _TEMPLATE in text else meaningful(text)


def _plate(thing: Node) -> PlateSeen:
    raw = thing.text("readout") or ""
    return PlateSeen(raw=raw, reading=raw, confidence=ratio(thing.text("confidence"), 1.0), box=_outline(thing))


def _fact(fields: Node, thing: Node) -> Fact:
    if "triggeredByRule" not in fields and class_of(thing.text("class")) in _SEEN:
        return _SEEN[class_of(thing.text("class"))]
    rule = fields.node("triggeredByRule")
    words = "/".join(plain(word) for word in (rule.text("class"), fields.text("class"), fields.text("subclass")))
    return Rule(
        kind=rule_of(words),
        name=rule.text("name") or fields.text("name"),
        region=_corners(rule.node("hasTriggerZone")),
    )


def _object(thing: Node) -> DetectedObject:
    color = color_of(thing.text("color"))
    return DetectedObject(
        object_id=_filled(thing.text("uuid", "id")),
        klass=class_of(thing.text("class")),
        class_raw=thing.text("class"),
        confidence=ratio(thing.text("confidence"), 1.0),
        box=_outline(thing),
        color=() if color is None else (color,),
    )


def _vehicle(thing: Node) -> Vehicle:
    if class_of(thing.text("class")) != "vehicle":
        return Vehicle()
    return Vehicle(
        kind=kind_of(thing.text("class")),
        color=color_of(thing.text("color")),
        confidence=ratio(thing.text("confidence"), 1.0),
        speed_mps=_speed(thing.node("hasMotion").node("hasSpeed")),
        box=_outline(thing),
    )


def _speed(node: Node) -> float | None:
    """A speed in the unit that is written beside it; None without one that is known."""
    unit, value = plain(node.text("unitText")), node.number("value")
    if unit in {"km/h", "kmh", "kph"}:
        return mps_from_kmh(node.text("value"))
    return value if unit in {"m/s", "mps"} and value is not None and value >= 0 else None


def _corners(node: Node) -> tuple[tuple[float, float], ...]:
    """The corners of a line or zone; empty when one of them is no point of the picture."""
    points = [(point.number("x"), point.number("y")) for point in node.nodes("hasVertices")]
    found = tuple((x, y) for x, y in points if x is not None and y is not None and 0 <= x <= 1 and 0 <= y <= 1)
    return found if len(found) == len(points) else ()


def _outline(thing: Node) -> Box | None:
    corners = _corners(thing.node("hasOutline"))
    if not corners:
        return None
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return box_from_edges(min(across), min(down), max(across), max(down))


def _raw(fields: Node, thing: Node) -> dict[str, object]:
    """What has no place in the event, in the application's words; free text about somebody is not kept."""
    speed = thing.node("hasMotion").node("hasSpeed")
    raw: dict[str, object | None] = {
        "class": fields.text("class"),
        "subclass": fields.text("subclass"),
        "tag": fields.text("tag"),
        "count": fields.text("count"),
        "rule_class": fields.node("triggeredByRule").text("class"),
        "speed": speed.text("value"),
        "speed_unit": speed.text("unitText"),
        "readout": thing.text("readout") if class_of(thing.text("class")) == "vehicle" else None,
    }
    return {name: value for name, value in raw.items() if value is not None}

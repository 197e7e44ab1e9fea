"""One object of scene metadata: its class, color, plate, box and picture."""

from msgspec import Struct

from rasid.contract.detections import DetectedObject, ObjectClass, Vehicle
from rasid.contract.fields import Box
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.axis.words import CROPS
from services.ingest.payload.english import class_of, color_of, kind_of, plain
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import box_from_edges, ratio
from services.ingest.payload.reading import FaceSeen, Fact, Picture, PlateSeen, Sighted
from services.ingest.payload.tree import Node

_EDGES = ("left", "top", "right", "bottom")


class Thing(Struct, frozen=True):
    """One object; `best` is the likeliest of the classes the device gives it."""

    node: Node
    best: Node
    classes: tuple[Node, ...]
    klass: ObjectClass
    box: Box | None
    edges: tuple[float, ...]

    def detected(self, track: str | None) -> DetectedObject:
        """The object as events list it."""
        color = color_of(_color(self.best))
        return DetectedObject(
            object_id=track,
            klass=self.klass,
            class_raw=self.best.text("type"),
            confidence=ratio(self.best.text("score"), 1.0),
            box=self.box,
            color=() if color is None else (color,),
        )


def see(node: Node, box: Node | None = None) -> Thing:
    """Read an object; `box` where its bounding box stands elsewhere."""
    classes = (*node.nodes("class"), *node.nodes("classes"))
    best = max(classes, key=lambda one: one.number("score") or 0.0, default=Node())
    edges = _edges(node.node("bounding_box") if box is None else box)
    return Thing(
        node=node,
        best=best,
        classes=classes,
        klass=class_of(best.text("type")),
        box=box_from_edges(*edges) if edges else None,
        edges=edges,
    )


def fact_of(thing: Thing) -> Fact:
    """What the object is an event of; a vehicle with a plate is a plate read."""
    plate = thing.best.node("license_plate")
    if plate or thing.klass == "plate":
        return _plate(plate or thing.best)
    if thing.klass == "face":
        return FaceSeen(box=thing.box)
    if thing.klass in {"vehicle", "person"}:
        return Sighted("vehicle" if thing.klass == "vehicle" else "person")
    return Sighted("object")


def _plate(node: Node) -> PlateSeen:
    text = node.text("text", "plate", "plate_text", "number") or ""
    country = node.text("country_code", "country")
    return PlateSeen(
        raw=text,
        reading=text,
        country=country_of_iso(country),
        country_raw=country,
        confidence=ratio(node.text("text_score", "score", "confidence"), 1.0),
    )


def vehicle_of(thing: Thing) -> Vehicle:
    """The vehicle, where the object is one."""
    if thing.klass != "vehicle":
        return Vehicle()
    return Vehicle(
        kind=kind_of(thing.best.text("type")),
        color=color_of(_color(thing.best)),
        confidence=ratio(thing.best.text("score"), 1.0),
        box=thing.box,
    )


def pictures_of(thing: Thing) -> tuple[Picture, ...]:
    """The crop that comes with the object."""
    data = thing.node.node("image").long_text("data") or thing.node.long_text("image_data")
    return () if data is None else (Picture(CROPS.get(thing.klass, "overview"), embedded_picture(data)),)


def raw_of(thing: Thing) -> dict[str, object]:
    """What normalizing replaced, in the device's own words."""
    raw: dict[str, object] = {}
    if thing.edges:
        raw["box"] = {"values": list(thing.edges), "space": "ltrb_0_1"}
    if len(thing.classes) > 1:
        raw["classes"] = [[one.text("type"), one.number("score")] for one in thing.classes]
    colors = [[one.text("name"), one.number("score")] for one in thing.best.nodes("colors")]
    if len(colors) > 1:
        raw["colors"] = colors
    return raw


def _color(node: Node) -> str | None:
    """The likeliest color."""
    best = max(node.nodes("colors"), key=lambda one: one.number("score") or 0.0, default=Node())
    name = best.text("name")
    return name if plain(name) else None


def _edges(node: Node) -> tuple[float, ...]:
    values = tuple(value for edge in _EDGES if (value := node.number(edge)) is not None)
    return values if len(values) == len(_EDGES) else ()

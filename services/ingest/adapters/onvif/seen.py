"""One object of a frame: what it is, where, and to whom it belongs."""

from collections.abc import Iterator

from msgspec import Struct

from rasid.contract.detections import DetectedObject, ObjectClass
from rasid.contract.fields import Box, Location
from services.ingest.adapters.onvif.space import Place, Space, box_of, place_of
from services.ingest.adapters.onvif.words import meaningful
from services.ingest.payload.english import class_of, color_of, plain
from services.ingest.payload.quantities import location_of, ratio
from services.ingest.payload.tree import Node

MAX_COLORS = 8


class Seen(Struct, frozen=True):
    """One object. `appearance` and `behaviour` are its nodes, `candidates` the classes the device gave it."""

    node: Node
    appearance: Node
    behaviour: Node
    object_id: str | None
    parent_id: str | None
    klass: ObjectClass
    class_raw: str | None
    confidence: float | None
    candidates: tuple[tuple[str, float | None], ...]
    place: Place | None

    @property
    def box(self) -> Box | None:
        """Where it is; None when that cannot be told."""
        return box_of(self.place)

    @property
    def is_gone(self) -> bool:
        """Whether the device says that it left or was taken away."""
        return "Removed" in self.behaviour

    def detected(self) -> DetectedObject:
        """The object as events list it."""
        return DetectedObject(
            object_id=self.object_id,
            parent_id=self.parent_id,
            klass=self.klass,
            class_raw=self.class_raw,
            confidence=self.confidence,
            box=self.box,
            color=_colors(self.appearance),
        )


def see(node: Node, space: Space) -> Seen:
    """Read an `Object`; `space` is the coordinate system around it."""
    appearance = node.node("Appearance")
    shape = appearance.node("Shape")
    candidates = tuple(_candidates(appearance))
    class_raw, confidence = _best(candidates)
    return Seen(
        node=node,
        appearance=appearance,
        behaviour=node.node("Behaviour"),
        object_id=meaningful(node.text("@ObjectId", "@UUID")),
        parent_id=meaningful(node.text("@Parent")),
        klass=_class(appearance, class_raw),
        class_raw=class_raw,
        confidence=confidence,
        candidates=candidates,
        place=place_of(shape, space.within(node).within(appearance).within(shape)),
    )


def likelihood(node: Node) -> float | None:
    """The `Likelihood` of a value, 0 to 1; None when absent or below zero, which stands for "not given"."""
    return ratio(node.text("@Likelihood", "Likelihood"), 1.0)


def location(node: Node) -> Location | None:
    """A `GeoLocation`; None when unset (0/0), incomplete or impossible."""
    geo = node.node("GeoLocation")
    return location_of(geo.number("@lat", "lat"), geo.number("@lon", "lon")) if geo else None


def _class(appearance: Node, class_raw: str | None) -> ObjectClass:
    """What it is: by its class, else by what only such an object is described by."""
    known = class_of(class_raw)
    if known != "plate" and ("LicensePlateInfo" in appearance or "LicensePlateInfo" in appearance.node("Extension")):
        return "plate"
    if known != "unknown":
        return known
    for name, klass in _DESCRIBED:
        if name in appearance:
            return klass
    return "unknown"


_DESCRIBED: tuple[tuple[str, ObjectClass], ...] = (
    ("VehicleInfo", "vehicle"),
    ("HumanBody", "person"),
    ("HumanFace", "face"),
    ("Label", "other"),
)


def _candidates(appearance: Node) -> Iterator[tuple[str, float | None]]:
    """The classes an object may be of, in today's form and the one before it; a label where it has no class."""
    classes = appearance.node("Class")
    if classes:
        yield from _types(classes)
        for candidate in (*classes.nodes("ClassCandidate"), *classes.node("Extension").nodes("OtherTypes")):
            word = candidate.text("Type")
            if word is not None:
                yield word, likelihood(candidate)
        return
    for label in appearance.nodes("Label"):
        word = " ".join(text for text in (label.text("Authority"), label.text("ID")) if text)
        if word:
            yield word, likelihood(label)


def _types(classes: Node) -> Iterator[tuple[str, float | None]]:
    for value in classes.values("Type"):
        word = value if isinstance(value, str) else value.own_text
        if word:
            yield word, likelihood(value) if isinstance(value, Node) else None


def _best(candidates: tuple[tuple[str, float | None], ...]) -> tuple[str | None, float | None]:
    """The likeliest candidate; of equal ones the first that says more than "other"."""
    if not candidates:
        return None, None
    return max(candidates, key=lambda one: (-1.0 if one[1] is None else one[1], plain(one[0]) != "other"))


def _colors(appearance: Node) -> tuple[str, ...]:
    """Colors by name, the weightiest first; numbers in a color space are no names."""
    clusters = list(appearance.node("Color").nodes("ColorCluster"))[:MAX_COLORS]
    named = [(cluster.number("Weight") or 0.0, name) for cluster in clusters if (name := _color(cluster))]
    return tuple(dict.fromkeys(name for _, name in sorted(named, key=lambda one: -one[0])))


def _color(cluster: Node) -> str | None:
    """The name a vendor gives a color, beside its numbers; in JSON under the vendor's own prefix."""
    names = (name for name in cluster.members if name.rpartition(":")[2] == "ColorName")
    return next((color for name in names if (color := color_of(cluster.text(name)))), None)

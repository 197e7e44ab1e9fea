"""ONVIF's coordinate systems as boxes on 0-1, origin top left.

A frame begins with x and y from -1 to 1 and y upwards. A `Transformation` (p' = scale * p + translate, into that
system) replaces it for everything below, until a child brings its own. Where "top" is the larger or the smaller number
depends on it: edges are transformed first and sorted then.
"""

from msgspec import Struct

from rasid.contract.fields import Box
from services.ingest.payload.quantities import box_from_edges
from services.ingest.payload.tree import Node

_EDGES = ("left", "top", "right", "bottom")
FRAME_SIZE_UNKNOWN = "frame_size_unknown"
OUTSIDE_FRAME = "box_outside_frame"


class Space(Struct, frozen=True):
    """A coordinate system; `is_transformed` when a device said which."""

    scale_x: float = 1.0
    scale_y: float = 1.0
    translate_x: float = 0.0
    translate_y: float = 0.0
    is_transformed: bool = False

    def within(self, node: Node) -> "Space":
        """The system below this node: its own, else the one around it."""
        transformation = node.node("Transformation")
        if not transformation:
            return self
        scale, translate = transformation.node("Scale"), transformation.node("Translate")
        scale_x, scale_y = _vector(scale)
        translate_x, translate_y = _vector(translate)
        return Space(
            1.0 if scale_x is None else scale_x,
            1.0 if scale_y is None else scale_y,
            translate_x or 0.0,
            translate_y or 0.0,
            is_transformed=True,
        )

    def x(self, value: float) -> float:
        """Across, 0 at the left edge of the picture and 1 at its right edge."""
        return (self.scale_x * value + self.translate_x + 1) / 2

    def y(self, value: float) -> float:
        """Down, 0 at the top edge of the picture and 1 at its bottom edge."""
        return (1 - (self.scale_y * value + self.translate_y)) / 2


class Place(Struct, frozen=True):
    """Where something is: the box, None when it cannot be told; what was written; and what is wrong with it."""

    box: Box | None
    raw: dict[str, object]
    warnings: tuple[str, ...] = ()


def box_of(place: Place | None) -> Box | None:
    """Where something is; None when that cannot be told."""
    return None if place is None else place.box


def place_of(shape: Node, space: Space) -> Place | None:
    """Where a `Shape` (or whatever holds a `BoundingBox`) is; None when it has no extent."""
    edges = _edges(shape.node("BoundingBox")) or _polygon(shape.node("Polygon"))
    return None if edges is None else place_of_edges(edges, space)


def place_of_edges(edges: tuple[float, ...], space: Space) -> Place:
    """Left, top, right and bottom in that order, as a place."""
    left, top, right, bottom = edges
    across, down = sorted((space.x(left), space.x(right))), sorted((space.y(top), space.y(bottom)))
    raw: dict[str, object] = {"values": [left, top, right, bottom], "space": "onvif"}
    if space.is_transformed:
        raw["scale"] = [space.scale_x, space.scale_y]
        raw["translate"] = [space.translate_x, space.translate_y]
        across, down = _clipped(across), _clipped(down)
    box = box_from_edges(across[0], down[0], across[1], down[1])
    if box is not None:
        return Place(box, raw)
    raw["space"] = "onvif" if space.is_transformed else "unknown"
    return Place(None, raw, (OUTSIDE_FRAME if space.is_transformed else FRAME_SIZE_UNKNOWN,))


def _clipped(pair: list[float]) -> list[float]:
    """What of it is in the picture: things that leave it are reported beyond its edge."""
    return [min(1.0, max(0.0, value)) for value in pair]


def _edges(node: Node) -> tuple[float, ...] | None:
    values = [node.number(f"@{edge}", edge) for edge in _EDGES]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(_EDGES) else None


def _polygon(node: Node) -> tuple[float, ...] | None:
    """The extent of a polygon; None when one of its corners is no point."""
    points = [_vector(point) for point in node.nodes("Point")]
    across = [x for x, _ in points if x is not None]
    up = [y for _, y in points if y is not None]
    if not points or len(across) < len(points) or len(up) < len(points):
        return None
    return min(across), max(up), max(across), min(up)


def _vector(node: Node) -> tuple[float | None, float | None]:
    return node.number("@x", "x"), node.number("@y", "y")

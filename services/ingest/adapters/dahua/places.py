"""Where things are in a Dahua event: `[left, top, right, bottom]` on a grid from 0 to 8191."""

from msgspec import Struct

from rasid.contract.fields import Box, Location
from services.ingest.payload.quantities import box_from_edges, location_of
from services.ingest.payload.tree import Node

GRID = 8191.0
_CORNERS = 4
MAX_POINTS = 64


class Place(Struct, frozen=True):
    """A rectangle: the box, None when it lies off the grid, and what was written."""

    box: Box | None
    raw: dict[str, object]


def place(node: Node, *names: str) -> Place | None:
    """The first of these rectangles that is one; None when there is none or the device left it at zero.

    `OriginalBoundingBox` has units of its own and is never taken.
    """
    for name in names:
        values = node.numbers(name)
        if len(values) == _CORNERS and any(values):
            left, right = sorted((values[0], values[2]))
            top, bottom = sorted((values[1], values[3]))
            box = box_from_edges(left, top, right, bottom, GRID)
            raw: dict[str, object] = {
                "values": list(values),
                "space": "ltrb_0_8191",
                "frame_width": None,
                "frame_height": None,
            }
            return Place(box, raw)
    return None


def region(data: Node) -> tuple[tuple[float, float], ...]:
    """The corners of the rule's zone or line, 0-1, origin top left; empty when one of them is off the grid."""
    points = data.lists("DetectRegion") or data.lists("DetectLine")
    if len(points) > MAX_POINTS or any(len(point) != 2 for point in points):  # noqa: PLR2004 - x and y
        return ()
    if any(not 0 <= value <= GRID + 1 for point in points for value in point):
        return ()
    return tuple((_part(x), _part(y)) for x, y in points)


def location(data: Node) -> Location | None:
    """The device's own position; zeros are unset."""
    for block in (data.node("CommInfo").node("GPSInfo"), data.node("GPSInfo"), data.node("GPS")):
        found = location_of(block.number("Latitude"), block.number("Longitude")) if block else None
        if found is not None:
            return found
    return None


def box_of(found: Place | None) -> Box | None:
    """The box of a place, if any."""
    return None if found is None else found.box


def _part(value: float) -> float:
    return round(min(1.0, value / GRID), 4)

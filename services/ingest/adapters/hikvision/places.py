"""Where things are in an EventNotificationAlert: three scales in one protocol, degrees in words."""

from msgspec import Struct

from rasid.contract.fields import Box, Location
from services.ingest.payload.quantities import box_from_corner, degrees, number
from services.ingest.payload.tree import Node

# Inferred, not documented: on this grid plates have the aspect of plates, and the targets of published line crossings
# lie across the line they crossed.
GRID = 1000.0


class Place(Struct, frozen=True):
    """A rectangle: the box, None when its scale is not understood, and what was written."""

    box: Box | None
    raw: dict[str, object]


def rectangle(node: Node, frame: Node) -> Place | None:
    """A rectangle of X, Y, width, height; None when there is none or the device left it at zero.

    Numbers up to 1 are parts of the frame, larger ones lie on the grid of 1000; beyond it, nobody knows (pixels, or a
    finer grid), so the box stays open.
    """
    if not node.members:
        return None
    left, top = node.number("X", "x"), node.number("Y", "y")
    width, height = node.number("width"), node.number("height")
    if left is None or top is None or width is None or height is None or not (left or top or width or height):
        return None
    is_fraction = max(left, top, width, height) <= 1
    raw: dict[str, object] = {
        "values": [left, top, width, height],
        "space": "xywh_0_1" if is_fraction else "xywh_0_1000",
        "frame_width": frame.number("width"),
        "frame_height": frame.number("height"),
    }
    box = box_from_corner(left, top, width, height, 1.0 if is_fraction else GRID)
    if box is None:
        raw["space"] = "unknown"
    return Place(box, raw)


def region(entry: Node) -> tuple[tuple[float, float], ...]:
    """The corners of a region or line, 0-1, origin top left; empty when one of them is no point of the grid."""
    points = []
    for node in entry.node("RegionCoordinatesList").nodes("RegionCoordinates"):
        x, y = number(node.text("positionX")), number(node.text("positionY"))
        if x is None or y is None or not (0 <= x <= GRID and 0 <= y <= GRID):
            return ()
        points.append((round(x / GRID, 4), round(y / GRID, 4)))
    return tuple(points)


def location(gps: Node) -> Location | None:
    """The device's own position; None when unset (all zero), incomplete or impossible."""
    if not gps:
        return None
    latitude = _angle(gps.node("Latitude"), gps.text("latitudeType"), "NS", 90)
    longitude = _angle(gps.node("Longitude"), gps.text("longitudeType"), "EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return Location(latitude=latitude, longitude=longitude)


def _angle(node: Node, letter: str | None, letters: str, limit: float) -> float | None:
    angle = degrees(node.text("degree"), node.text("minute"), node.text("sec"))
    if angle is None or angle > limit or letter is None or letter.upper() not in tuple(letters):
        return None
    return round(-angle if letter.upper() == letters[1] else angle, 7)

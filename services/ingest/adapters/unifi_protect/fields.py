"""What Protect's documents have in common: times in milliseconds, per cent, and a grid of a thousand.

Coordinates are left, top, width and height on 0-1000.
"""

from rasid.contract.detections import Vehicle
from rasid.contract.fields import Box
from services.ingest.adapters.unifi_protect.words import KINDS
from services.ingest.payload.quantities import box_from_corner, ratio
from services.ingest.payload.reading import PlateSeen, VendorTime
from services.ingest.payload.times import epoch_time, parse_time
from services.ingest.payload.tree import Node

PER_CENT = 100.0
GRID = 1000.0
MILLISECONDS = 1_000
_CORNER = 4


def time_of(text: str | None) -> VendorTime:
    """Milliseconds since 1970; receivers of webhooks also see the time in words."""
    time = epoch_time(text, MILLISECONDS)
    return VendorTime(text, parse_time(text)) if text and time.moment is None else time


def box_of(node: Node) -> Box | None:
    """Where something is, on the grid."""
    corner = node.numbers("coord")
    if len(corner) != _CORNER:
        return None
    left, top, width, height = corner
    return box_from_corner(left, top, width, height, GRID)


def box_raw(node: Node) -> dict[str, object] | None:
    """The same as it was written."""
    corner = node.numbers("coord")[:_CORNER]
    if not corner:
        return None
    return {"values": list(corner), "space": "xywh_0_1000", "frame_width": GRID, "frame_height": GRID}


def vehicle_of(attributes: Node, box: Box | None) -> Vehicle:
    """A vehicle's color and kind; how sure Protect is of the kind."""
    kind, color = attributes.node("vehicleType"), attributes.node("color")
    word = KINDS.get((kind.text("val") or "").lower())
    confidence = ratio(kind.text("confidence"), PER_CENT) if word else None
    return Vehicle(kind=word, color=color.text("val"), confidence=confidence, box=box)


def plate_seen(text: str, confidence: str | None, others: tuple[str, ...] = ()) -> PlateSeen:
    """A plate; its confidence is per cent."""
    return PlateSeen(
        raw=text,
        reading=text,
        confidence=ratio(confidence, PER_CENT),
        candidates=tuple((other, None) for other in others),
    )

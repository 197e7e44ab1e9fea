"""Numbers as devices write them, in the platform's units. No IO.

A scale is always the caller's knowledge of the format and field, never guessed from the size of a number: a confidence
of 1 can be 1 % or 100 %.
"""

import math
from functools import lru_cache

from rasid.contract.fields import Box, Location

BOX_DIGITS = 6
RATIO_DIGITS = 6
# Confidences are few different texts, and up to seventy a read.
RATIOS = 4096
# A grid's last line can be one past its size where a device rounds.
GRID_TOLERANCE = 0.01
_NUMBER_CHARACTERS = 40
_MOST_WHOLE = 2.0**63


def number(text: str | None) -> float | None:
    """A finite number, or None: `nan`, `1e999`, words and endless digits are no numbers."""
    if text is None or len(text) > _NUMBER_CHARACTERS or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole(text: str | None) -> int | None:
    """A whole number from zero up to what 63 bits hold, or None; `12.0` is twelve."""
    value = number(text)
    if value is None or not 0 <= value < _MOST_WHOLE or value != int(value):
        return None
    return int(value)


@lru_cache(RATIOS)
def ratio(text: str | None, scale: float) -> float | None:
    """A confidence on 0 to `scale` as 0 to 1; None when absent, no number or off its scale."""
    value = number(text)
    if value is None or not 0 <= value <= scale:
        return None
    return round(value / scale, RATIO_DIGITS)


def box_from_corner(left: float, top: float, width: float, height: float, size: float = 1.0) -> Box | None:
    """A box given by its top left corner on a square grid of `size`; None when it has no area or lies off the grid."""
    return box_from_edges(left, top, left + width, top + height, size)


def box_from_edges(left: float, top: float, right: float, bottom: float, size: float = 1.0) -> Box | None:
    """A box given by its edges on a square grid of `size`; None when it has no area or lies off the grid."""
    if not (left < right and top < bottom):
        return None
    least, most = -GRID_TOLERANCE * size, (1 + GRID_TOLERANCE) * size
    if left < least or top < least or right > most or bottom > most:
        return None
    return Box(_edge(left, size), _edge(top, size), _edge(right, size), _edge(bottom, size))


def box_in_frame(edges: tuple[float, float, float, float], frame: tuple[float | None, float | None]) -> Box | None:
    """A box given by its edges in pixels of a frame; None when that is unknown, the box has no area or lies off it."""
    width, height = (size or 0.0 for size in frame)
    if width <= 0 or height <= 0:
        return None
    left, top, right, bottom = edges
    return box_from_edges(left / width, top / height, right / width, bottom / height)


def location_of(latitude: float | None, longitude: float | None) -> Location | None:
    """A position in degrees; None when a part is missing or impossible, or both are zero: that is "not set"."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - the poles, the date line
        return None
    return Location(latitude=latitude, longitude=longitude)


def _edge(value: float, size: float) -> float:
    part = value / size
    return round(part if 0.0 <= part <= 1.0 else min(1.0, max(0.0, part)), BOX_DIGITS)


def mps_from_kmh(text: str | None, highest_kmh: float = 400.0) -> float | None:
    """A speed in km/h as m/s; None when absent, zero (devices write 0 for "not measured") or impossible."""
    value = number(text)
    if value is None or not 0 < value <= highest_kmh:
        return None
    return round(value / 3.6, 3)


def degrees(degree: str | None, minute: str | None, second: str | None) -> float | None:
    """An angle given in degrees, minutes and seconds; None when a part is missing or impossible."""
    parts = [number(degree), number(minute), number(second)]
    if any(part is None or part < 0 for part in parts):
        return None
    whole, minutes, seconds = (part or 0.0 for part in parts)
    if minutes >= 60 or seconds >= 60:  # noqa: PLR2004 - sixty minutes, sixty seconds
        return None
    return whole + minutes / 60 + seconds / 3600

"""A face as a device gave it, made the contract's face. No IO."""

import base64
import math
import struct
from collections.abc import Sequence

from msgspec import Struct

from rasid.contract.detections import Face
from services.ingest.payload.reading import FaceSeen

MAX_DIMS = 4096
DIM_BYTES = 2


class FaceMade(Struct, frozen=True):
    """The face, and what is worth knowing about it."""

    face: Face
    warnings: tuple[str, ...] = ()


def make_face(seen: FaceSeen) -> FaceMade:
    """The face with its template as the contract writes it; a template of impossible length is left out and told."""
    if seen.template is None:
        return FaceMade(Face(box=seen.box, quality=seen.quality))
    dims, rest = divmod(len(seen.template), DIM_BYTES)
    if rest or not 0 < dims <= MAX_DIMS:
        return FaceMade(Face(box=seen.box, quality=seen.quality), ("template_unreadable",))
    face = Face(
        box=seen.box,
        quality=seen.quality,
        template=base64.b64encode(seen.template).decode("ascii"),
        template_model=seen.template_model,
        template_dims=dims,
    )
    return FaceMade(face, () if seen.template_model else ("template_model_unknown",))


def packed_template(values: Sequence[float]) -> bytes | None:
    """Numbers as a template, little-endian f16; None when one is not finite, beyond f16, or there are too many."""
    if not 0 < len(values) <= MAX_DIMS or not all(map(math.isfinite, values)):
        return None
    try:
        return struct.pack(f"<{len(values)}e", *values)
    except OverflowError:
        return None

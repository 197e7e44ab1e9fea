"""One read of a LILIN camera, in a list or in its run-time status.

`THRESHOLD` is the confidence, 0 to 1. `COUNTRY` is a guess that the vendor itself calls inaccurate: kept, never used.
`LP_*` is the plate in pixels of a picture whose size nobody says. Missing values are empty strings.
"""

from rasid.contract.detections import VendorIds
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, PlateSeen, VendorTime
from services.ingest.payload.tree import Node

# What the camera's own lists say of a plate.
_LISTS = {
    "denial": "block",
    "black": "block",
    "allowed": "allow",
    "white": "allow",
    "visitor": "other",
    "customer": "other",
}
_CORNER = ("X", "Y", "W", "H")


def draft(fields: Node, part: bytes, time: VendorTime, *, key: str | None, is_replay: bool = False) -> Draft:
    """A read whose fields are named as in the list; `key` is what tells it from the camera's other reads."""
    plate, region = _rectangle(fields, "LP"), _rectangle(fields, "ROI")
    threshold = fields.text("THRESHOLD")
    raw: dict[str, object | None] = {
        "box": plate,
        "region_of_interest": region,
        "confidence": threshold,
        "confidence_scale": None if threshold is None else 1.0,
        "list": fields.text("ACT_PARAM"),
        "country": fields.text("COUNTRY"),
        "changed_at": fields.text("MOD_TS"),
    }
    text = fields.text("LPR") or ""
    return Draft(
        part=part,
        time=time,
        fact=PlateSeen(
            raw=text,
            reading=text,
            country_raw=fields.text("COUNTRY"),
            confidence=ratio(threshold, 1.0) or None,
            list_mode=_LISTS.get((fields.text("ACT_PARAM") or "").lower()),
        ),
        vendor_key=key,
        is_replay=is_replay,
        vendor=VendorIds(event_id=key, track_id=fields.text("CAR_ID")),
        raw={name: value for name, value in raw.items() if value is not None},
        warnings=() if plate is None else ("frame_size_unknown",),
    )


def _rectangle(fields: Node, prefix: str) -> dict[str, object] | None:
    """A rectangle as written; None when one of its numbers is missing or all are zero."""
    values = [fields.number(f"{prefix}_{name}") for name in _CORNER]
    if any(value is None for value in values) or not any(values):
        return None
    return {"values": values, "space": "xywh_pixels", "frame_width": None, "frame_height": None}

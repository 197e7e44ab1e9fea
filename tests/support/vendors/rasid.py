"""Rasid's own event JSON, as `docs/adapters.md` shows it to integrators."""

import base64
import json

from tests.support.reading import JPEG
from tests.support.vendors import Example

BOX = {"left": 0.4, "top": 0.6, "right": 0.5, "bottom": 0.65}


def event(kind: str = "plate.read", **changes: object) -> dict[str, object]:
    """One event; a change of None leaves a field out."""
    needed = {
        "plate.read": {"plate": {"raw": "13 A 12345", "country": "IQ", "confidence": 0.97, "box": BOX}},
        "rule.triggered": {"rule": {"kind": "line_crossed", "name": "gate", "state": "start"}},
        "count.reported": {"counts": {"person": {"in": 4, "out": 2}}, "interval_seconds": 60.0},
        "device.health": {"health": {"component": "storage", "state": "degraded"}},
        "face.detected": {"face": {"box": BOX, "quality": 0.7}},
    }
    fields = {
        "type": kind,
        "captured_at": "2026-03-01T11:00:00.250+03:00",
        "vendor": {"track_id": "t-1", "device_serial": "gate-1"},
        **needed.get(kind, {}),
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def body(*events: dict[str, object]) -> bytes:
    """One event, or a list of them."""
    return json.dumps(events[0] if len(events) == 1 else list(events), ensure_ascii=False).encode()


def lines(*events: dict[str, object]) -> bytes:
    """A line each."""
    return b"\n".join(json.dumps(one, ensure_ascii=False).encode() for one in events) + b"\n"


PICTURE = {"kind": "plate", "data": base64.b64encode(JPEG).decode()}

EXAMPLES = {
    "plate": body(event(images=[PICTURE], vehicle={"kind": "car", "speed_mps": 11.5})),
    "face": body(event("face.detected")),
    "list": body(event(), event("rule.triggered", vendor={"event_id": "e-2"})),
    "lines": Example(lines(event(), event("count.reported"), event("device.health")), "application/x-ndjson"),
    "cloud event": body({"specversion": "1.0", "type": "plate.read", "data": event(type=None)}),
}

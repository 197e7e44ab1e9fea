"""Milestone AI Bridge: ONVIF frames that name their stream, and analytic events."""

import base64
import json

from tests.support.reading import JPEG
from tests.support.vendors.onvif import box, frame, stream, thing

STREAM = "28DC44C3-079E-4C94-8EC9-60363451EB40"
OLD_CLASS = (
    "<tt:Class><tt:ClassCandidate><tt:Type>Vehicle</tt:Type><tt:Likelihood>{}</tt:Likelihood></tt:ClassCandidate>"
    "</tt:Class><tt:VehicleInfo><tt:Type>Car</tt:Type></tt:VehicleInfo>"
)


def bridged(likelihood: float = -0.1) -> bytes:
    """A frame as the AI Bridge takes it."""
    vehicle = thing("1", OLD_CLASS.format(likelihood) + box(-1, 1, -0.5, 0.5))
    return stream(frame(vehicle, more=f' SourceStreamID="{STREAM}"'))


def corners(*points: tuple[float, float]) -> dict:
    return {"type": "Polygon", "closed": True, "hasVertices": [{"x": x, "y": y} for x, y in points]}


def analytic(involved: dict | None = None, **more: object) -> bytes:
    """An analytic event."""
    value = {
        "name": "Gate",
        "class": "Traffic",
        "fromSource": {"type": "Reference", "uuid": STREAM},
        "triggeredByRule": [
            {"name": "Wrong way", "class": "WrongWay", "hasTriggerZone": [corners((0.1, 0.5), (0.9, 0.5))]}
        ],
        "involvedObject": [
            {
                "type": "Object",
                "name": "Detected car",
                "class": "Car",
                "confidence": 0.8,
                "color": "Red",
                "hasOutline": corners((0.3, 0.3), (0.5, 0.3), (0.5, 0.5), (0.3, 0.5)),
                "hasMotion": {"type": "Motion", "hasSpeed": {"value": 36, "unitText": "km/h"}},
            }
            | (involved or {})
        ],
        "includesSnapshot": [{"type": "Snapshot", "imageData": base64.b64encode(JPEG).decode()}],
    }
    return json.dumps({name: part for name, part in (value | more).items() if part is not None}).encode()


EXAMPLES = {
    "frame": bridged(),
    "analytic event": analytic(),
    "seen without a rule": analytic(triggeredByRule=None, timestamp="2026-03-01T08:00:00Z"),
}

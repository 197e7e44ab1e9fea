"""LectorVision: an object per vehicle."""

import base64
import json
from typing import Any

from tests.support.reading import JPEG


def vehicle(plate: str = "13A12345", **changes: Any) -> dict[str, Any]:
    """A read, as JSON has it; a member that is changed to None is null."""
    return {
        "Plate": plate,
        "TimeStamp": "2026/03/01 11:00:00.250",
        "SerialNumber": "LV-77",
        "Fiability": 91,
        "LaneNumber": 1,
        "LaneName": "inbound",
        "Direction": "OUT",
        "PlateCoord": [300, 210, 460, 250],
        "Country": 368,
        "ImageOCR": base64.b64encode(JPEG).decode(),
    } | changes


EXAMPLES = {
    "read": json.dumps(vehicle()).encode(),
    "list": json.dumps([vehicle("A1", IdTransit=8), vehicle("A2", IdTransit=9)]).encode(),
}

"""Frigate: events, reviews, tracked object updates and the single words of its topics, as its versions write them."""

import json
from typing import Any

from rasid.testing.clock import START
from tests.support.vendors import Example

BEGAN = START.timestamp() - 8.5
TRACK = f"{BEGAN:.6f}-k3v9qa"


def tracked(label: str = "car", **fields: Any) -> dict[str, Any]:
    """A tracked object as version 0.17 writes it."""
    return {
        "id": TRACK,
        "camera": "gate_north",
        "frame_time": START.timestamp(),
        "snapshot": {"frame_time": START.timestamp(), "box": [10, 20, 110, 80], "score": 0.8, "attributes": []},
        "label": label,
        "sub_label": None,
        "top_score": 0.91,
        "false_positive": False,
        "start_time": BEGAN,
        "end_time": None,
        "score": 0.84375,
        "box": [320, 180, 640, 360],
        "area": 57600,
        "ratio": 1.777,
        "region": [0, 0, 640, 640],
        "current_zones": ["lane_1"],
        "entered_zones": ["lane_1"],
        "has_snapshot": True,
        "has_clip": True,
        "active": True,
        "stationary": False,
        "motionless_count": 0,
        "position_changes": 3,
        "attributes": {},
        "current_attributes": [],
        "pending_loitering": False,
        "max_severity": "alert",
        "current_estimated_speed": 0,
        "average_estimated_speed": 0,
        "velocity_angle": 0,
        "path_data": [[[0.5, 0.5], BEGAN]],
        **fields,
    }


def event(label: str = "car", kind: str = "update", **fields: Any) -> bytes:
    """An event message."""
    after = tracked(label, **fields)
    return json.dumps({"type": kind, "before": after | {"current_zones": []}, "after": after}).encode()


def review(kind: str = "new", *, severity: str = "alert", end: float | None = None, **data: Any) -> bytes:
    """A review message."""
    held = {"detections": [TRACK], "objects": ["car"], "sub_labels": [], "zones": [], "audio": [], **data}
    after = {
        "id": f"{BEGAN:.6f}-rv77zz",
        "camera": "gate_north",
        "start_time": BEGAN,
        "end_time": end,
        "severity": severity,
        "thumb_path": "/media/frigate/clips/review/thumb.webp",
        "data": held,
    }
    return json.dumps({"type": kind, "before": after, "after": after}).encode()


def update(kind: str, **fields: Any) -> bytes:
    """A tracked object update."""
    return json.dumps(
        {"type": kind, "id": TRACK, "camera": "gate_north", "timestamp": START.timestamp(), **fields}
    ).encode()


def listed(**fields: Any) -> dict[str, Any]:
    """An event as the API lists it: boxes are parts of the frame."""
    return {
        "id": TRACK,
        "camera": "gate_north",
        "label": "car",
        "sub_label": None,
        "start_time": BEGAN,
        "end_time": START.timestamp(),
        "false_positive": None,
        "zones": ["lane_1"],
        "thumbnail": None,
        "has_clip": True,
        "has_snapshot": True,
        "top_score": None,
        "data": {
            "type": "object",
            "box": [0.25, 0.5, 0.125, 0.25],
            "score": 0.8,
            "top_score": 0.9,
            "recognized_license_plate": "21 H 11111",
            "recognized_license_plate_score": 0.88,
        },
        **fields,
    }


EXAMPLES = {
    "car": event(),
    "plate": event(recognized_license_plate=["21H11111", 0.93]),
    "person": event("person", sub_label=["Ali", 0.8], attributes={"face": 0.7}),
    "review": review(sub_labels=["Ali"]),
    "plate update": update("lpr", name=None, plate="21H11111", score=0.95, plate_box=[917, 487, 1029, 529]),
    "face update": update("face", name="Ali", score=0.95),
    "classification": update("classification", model="vehicle_kind", attribute="taxi", score=0.9),
    "description": json.dumps(
        {"type": "description", "id": TRACK, "camera": "gate_north", "description": "A man"}
    ).encode(),
    "list": json.dumps([listed(), listed(id="1-b")]).encode(),
    "available": Example(b"online", topic="frigate/available"),
    "status": Example(b"offline", topic="frigate/gate_north/status/detect"),
    "motion": Example(b"ON", topic="frigate/gate_north/motion"),
    "count": Example(b"3", topic="frigate/gate_north/car"),
}

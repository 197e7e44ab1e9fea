"""OpenALPR and Rekor Scout: results, groups, vehicles, alerts, heartbeats, and what the command line prints."""

import base64
import json
from typing import Any

from rasid.testing.clock import START
from tests.support.reading import JPEG

MOMENT = int(START.timestamp() * 1000)
AGENT = "K7QZ" * 10
FRAME = f"{AGENT}-77-{MOMENT}"
CORNERS = [{"x": 400, "y": 300}, {"x": 600, "y": 305}, {"x": 598, "y": 360}, {"x": 399, "y": 355}]
PICTURE = base64.b64encode(JPEG).decode()
VEHICLE = {
    "color": [{"name": "red", "confidence": 10.5}, {"name": "silver-gray", "confidence": 80.25}],
    "make": [{"name": "toyota", "confidence": 90.0}, {"name": "kia", "confidence": 5.0}],
    "make_model": [{"name": "toyota_hilux", "confidence": 60.0}],
    "body_type": [{"name": "truck-standard", "confidence": 99.0}],
    "year": [{"name": "2015-2019", "confidence": 50.0}],
    "orientation": [{"name": "180", "confidence": 99.0}],
}


def plate(text: str = "21H11111", **fields: Any) -> dict[str, Any]:
    """A plate in one frame."""
    return {
        "plate": text,
        "confidence": 92.5,
        "matches_template": 1,
        "plate_index": 0,
        "region": "iq-er",
        "region_confidence": 71,
        "processing_time_ms": 12.5,
        "requested_topn": 10,
        "coordinates": CORNERS,
        "vehicle_region": {"x": 200, "y": 100, "width": 800, "height": 600},
        "candidates": [
            {"plate": text, "confidence": 92.5, "matches_template": 1},
            {"plate": "2LH11111", "confidence": 80.0, "matches_template": 0},
        ],
        **fields,
    }


def results(*plates: dict[str, Any], **fields: Any) -> bytes:
    """The results of one frame, as an agent posts them."""
    return json.dumps(
        {
            "version": 2,
            "data_type": "alpr_results",
            "epoch_time": MOMENT,
            "img_width": 2000,
            "img_height": 1000,
            "error": False,
            "uuid": FRAME,
            "camera_id": 77,
            "agent_uid": AGENT,
            "results": list(plates) or [plate()],
            **fields,
        }
    ).encode()


def group(kind: str = "alpr_group", **fields: Any) -> dict[str, Any]:
    """A vehicle that passed."""
    return {
        "data_type": kind,
        "version": 2,
        "epoch_start": MOMENT,
        "epoch_end": MOMENT + 3000,
        "agent_uid": AGENT,
        "camera_id": 77,
        "country": "us",
        "gps_latitude": 31.84,
        "gps_longitude": 47.14,
        "uuids": [FRAME, f"{AGENT}-77-{MOMENT + 500}"],
        "best_uuid": f"{AGENT}-77-{MOMENT + 500}",
        "best_plate_number": "21H11111",
        "best_confidence": 93.5,
        "best_region": "iq-er",
        "best_region_confidence": 60.5,
        "best_image_width": 2000,
        "best_image_height": 1000,
        "best_plate": plate(plate_crop_jpeg=PICTURE),
        "candidates": plate()["candidates"],
        "vehicle": VEHICLE,
        "vehicle_crop_jpeg": PICTURE,
        "vehicle_signature": "1h_" + "0d72cdbc" * 64,
        "travel_direction": 85.5,
        "is_parked": False,
        **fields,
    }


def without_plate() -> bytes:
    """A vehicle of which no plate was read."""
    said = group("vehicle", vehicle_path=[{"x": 200, "y": 100, "w": 800, "h": 600, "t": 0, "f": 0}])
    return json.dumps(
        {name: value for name, value in said.items() if "plate" not in name and name != "candidates"}
    ).encode()


def alert(**fields: Any) -> bytes:
    """A group that is on one of Rekor's own lists."""
    return json.dumps(
        {
            "data_type": "alpr_alert",
            "version": 1,
            "epoch_time": MOMENT,
            "agent_uid": AGENT,
            "alert_list": "wanted",
            "alert_list_id": 4,
            "description": "Ali's brother, be careful",
            "plate_number": "21H11111",
            "camera_name": "gate",
            "camera_number": 77,
            "company_name": "c",
            "site_name": "s",
            "group": group(),
            **fields,
        }
    ).encode()


def heartbeat(**fields: Any) -> bytes:
    """An agent's heartbeat."""
    stream = {"camera_id": 77, "camera_name": "gate", "fps": 25, "is_streaming": True, "last_update": MOMENT}
    return json.dumps(
        {
            "data_type": "heartbeat",
            "agent_uid": AGENT,
            "timestamp": MOMENT,
            "license_valid": True,
            "license_key": "SECRET-KEY-1",
            "disk_drive_free_bytes": 500,
            "disk_drive_total_bytes": 1000,
            "video_streams": [stream | {"url": "rtsp://admin:p@ss:w0rd@192.0.2.7:554/live"}],
            **fields,
        }
    ).encode()


COMMAND_LINE = {"version": 2, "data_type": "alpr_results", "epoch_time": MOMENT, "img_width": 2000, "img_height": 1000}

EXAMPLES = {
    "results": results(plate(), plate("13A12345", plate_index=1)),
    "group": json.dumps(group()).encode(),
    "vehicle": without_plate(),
    "alert": alert(),
    "heartbeat": heartbeat(),
    "command line": json.dumps(COMMAND_LINE | {"results": [plate()]}).encode(),
    "test": b'{"openalpr_webhook": "test"}',
}

"""Plate Recognizer: Stream's webhook in both forms, its lines and its CSV, and Snapshot's answers."""

import json
from typing import Any

from tests.support.reading import JPEG
from tests.support.vendors import Example

BOX = {"xmin": 460, "ymin": 57, "xmax": 557, "ymax": 82}
VEHICLE_BOX = {"xmin": 387, "ymin": 23, "xmax": 1493, "ymax": 577}


def result(**fields: Any) -> dict[str, Any]:
    """A result whose plate is a text."""
    return {
        "box": BOX,
        "plate": "21h11111",
        "region": {"code": "iq", "score": 0.7},
        "score": 0.9,
        "candidates": [{"score": 0.9, "plate": "21h11111"}, {"plate": "2lh11111"}],
        "dscore": 0.75,
        "vehicle": {"score": 0.8, "type": "Pickup Truck", "box": VEHICLE_BOX},
        "model_make": [
            {"make": "Toyota", "model": "Hilux", "score": 0.6},
            {"make": "generic", "model": "Unknown", "score": 0.1},
        ],
        "color": [{"color": "white", "score": 0.9}, {"color": "silver", "score": 0.05}],
        "orientation": [{"orientation": "Front", "score": 0.9}],
        "direction": 210,
        "speed": None,
        "speed_score": 0.0,
        "source_url": "rtsp://admin:hunter2@192.0.2.7/live",
        "position_sec": "0.11",
        "user_data": "",
        **fields,
    }


def with_objects(**fields: Any) -> dict[str, Any]:
    """A result whose plate and vehicle are objects."""
    return {
        "plate": {
            "type": "Plate",
            "score": 0.75,
            "box": BOX,
            "props": {
                "plate": [{"value": "21h11111", "score": 0.9}, {"value": "2lh11111", "score": 0.5}],
                "region": [{"value": "iq", "score": 0.7}],
            },
        },
        "vehicle": {
            "type": "Sedan",
            "score": 0.8,
            "box": VEHICLE_BOX,
            "props": {
                "make_model": [{"make": "Kia", "model": "Rio", "score": 0.55}],
                "orientation": [{"value": "Rear", "score": 0.9}],
                "color": [{"value": "red", "score": 0.9}],
            },
        },
        "direction": None,
        "source_url": "/user-data/video.mp4",
        "position_sec": 2.2,
        "user_data": "",
        **fields,
    }


def person(track: int = 1) -> dict[str, Any]:
    """A result of PeopleTracker."""
    return {"box": BOX, "type": "person", "score": 0.75, "track_id": track, "direction": 210}


def container() -> dict[str, Any]:
    """A result of the reader of containers."""
    return {"box": BOX, "dscore": 0.8, "label": "Owner Code", "rotation": 0, "texts": [{"value": "ABCU", "score": 1.0}]}


def data(*results: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A line of Stream."""
    return {
        "camera_id": "gate-1",
        "filename": "gate-1_screenshots/26-03-01/08-00-00.000000.jpg",
        "timestamp": "2026-03-01T08:00:00.250000Z",
        "timestamp_local": "2026-03-01 11:00:00.250000+03:00",
        "timestamp_camera": None,
        "results": list(results) or [result()],
        **fields,
    }


def webhook(*results: dict[str, Any], event: str = "recognition", **fields: Any) -> bytes:
    """A post of Stream's webhook."""
    hook = {"target": "https://rasid.example/v1", "id": "gate-1", "event": event, "filename": "a.jpg"}
    return json.dumps({"hook": hook, "data": data(*results, **fields)}).encode()


def with_picture(document: bytes, picture: bytes = JPEG) -> Example:
    """The same with its picture, as a form."""
    head = b'--b7\r\nContent-Disposition: form-data; name="json"\r\n\r\n' + document
    file = b'\r\n--b7\r\nContent-Disposition: form-data; name="upload"; filename="a.jpg"\r\n'
    typed = b"Content-Type: image/jpeg\r\n\r\n"
    return Example(head + file + typed + picture + b"\r\n--b7--\r\n", "multipart/form-data; boundary=b7")


CSV = (
    b"timestamp,plate,score,dscore,file,box,model_make,color,vehicle,region,orientation,candidates,source_url,"
    b"position_sec,direction\r\n"
    b"2026-03-01 11:00:00.250000+03:00,21h11111,0.9,0.75,/gate-1_screenshots/a.jpg,"
    b"\"{'xmin': 460, 'ymin': 57, 'xmax': 557, 'ymax': 82}\","
    b"\"[{'make': 'Toyota', 'model': \"\"D'Max\"\", 'score': 0.6}]\","
    b"\"[{'color': 'white', 'score': 0.9}]\",\"{'score': 0.8, 'type': 'Sedan', 'box': None}\","
    b"\"{'code': 'iq', 'score': 0.7}\",,\"[{'plate': '21h11111'}, {'plate': '2lh11111'}]\",/video.mp4,4.0,225\r\n"
)
CSV_OF_VEHICLES = (
    b"timestamp,file,source_url,position_sec,direction,plate,vehicle\n"
    b"2026-03-01 11:00:00+03:00,/a.jpg,/video.mp4,4.0,,,\"{'type': 'Bus', 'score': 0.8, 'props': {'color': []}}\"\n"
)
SNAPSHOT = json.dumps(
    {
        "processing_time": 60.1,
        "results": [result()],
        "filename": "1617_car.jpg",
        "version": 1,
        "camera_id": None,
        "timestamp": "2026-03-01T08:00:00.250000Z",
    }
).encode()

EXAMPLES = {
    "webhook": webhook(result(), result(plate="13a12345")),
    "with picture": with_picture(webhook()),
    "with objects": webhook(with_objects(), with_objects(plate=None)),
    "line": json.dumps(data()).encode(),
    "snapshot": SNAPSHOT,
    "persons": webhook(person(), person(2), event="people_detected"),
    "csv": CSV,
    "csv of vehicles": CSV_OF_VEHICLES,
}

"""Hikvision: EventNotificationAlert in XML, in JSON, with pictures, and as a stream."""

import json

from rasid.testing.clock import START
from tests.support.reading import JPEG
from tests.support.vendors import Example
from tools.demo.hikvision import alarm_xml, anpr_xml, heartbeat_xml, multipart


def capture_json(*faces: dict, event_type: str = "faceCapture", block: str = "faceCapture", **entry) -> bytes:
    """A notification of captured faces, with all that a device claims about a person."""
    found = {
        "targetAttrs": {"deviceChannel": 1, "deviceName": "gate", "faceTime": "2026-03-01T11:00:00+03:00"},
        "faces": list(faces),
        "uid": "20260301-1",
        **entry,
    }
    notification = {
        "ipAddress": "192.0.2.10",
        "macAddress": "02:00:00:00:00:10",
        "channelID": 1,
        "dateTime": "2026-03-01T11:00:01+03:00",
        "activePostCount": 1,
        "eventType": event_type,
        "eventState": "active",
        block: [found],
    }
    return json.dumps(notification).encode()


def face(number: int = 4711, left: float = 456.25, **changes) -> dict:
    """One captured face on the grid of 1000, with claims about the person."""
    place = {"x": left, "y": 381.5, "width": 55.25, "height": 127.5, "age": {"value": 23}, "gender": {"value": "male"}}
    return {
        "faceId": number,
        "faceRect": place,
        "contentID": "faceImage",
        "faceScore": 23,
        "identify": [{"candidate": [{"name": "Somebody Known", "similarity": 0.9, "human_id": "h-7"}]}],
        "currTemperature": 36.5,
        **changes,
    }


def with_pictures(document: bytes, pictures: dict[str, bytes], subtype: str = "form-data") -> tuple[str, bytes]:
    """A post of a JSON document and named pictures, as cameras that capture faces send it."""
    parts = [
        ("faceCapture", "application/json", document),
        *((name, "image/jpeg", body) for name, body in pictures.items()),
    ]
    body = b"".join(
        f'--boundary\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + part
        + b"\r\n"
        for name, kind, part in parts
    )
    return f"multipart/{subtype}; boundary=boundary", body + b"--boundary--\r\n"


FACE_TYPE, FACE_POST = with_pictures(capture_json(face()), {"faceImage": JPEG, "backgroundImage": JPEG + b"2"})
CONTENT_TYPE, POST = multipart(anpr_xml(captured_at=START), {"licensePlatePicture": JPEG, "detectionPicture": JPEG})

EXAMPLES = {
    "plate": anpr_xml("蓝皖A7XG66", captured_at=START, event_id="e-1"),
    "plate with pictures": Example(POST, CONTENT_TYPE),
    "intrusion": alarm_xml("fielddetection", captured_at=START),
    "heartbeat": heartbeat_xml(captured_at=START),
    "faces": Example(FACE_POST, FACE_TYPE),
    "json": json.dumps(
        {
            "ipAddress": "192.0.2.1",
            "channelID": 1,
            "dateTime": "2026-03-01T11:00:00+03:00",
            "activePostCount": 1,
            "eventType": "linedetection",
            "eventState": "active",
            "eventDescription": "linedetection alarm",
        }
    ).encode(),
}

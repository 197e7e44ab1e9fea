"""Axis: scene metadata in its forms, the event bridge, and the License Plate Verifier's pushes and events."""

import base64
import json

from tests.support.reading import JPEG
from tests.support.vendors import Example
from tests.support.vendors.onvif import event, simple

AT = "2026-03-01T08:00:00.123456Z"
MILLISECONDS = 1_772_352_000_123
TRACK = "8e653185-8e54-4dca-8af1-9f7202aca120"
OTHER = "7ef28e6e-7cae-4186-b630-23819d0bfd98"
IMAGE = base64.b64encode(JPEG).decode()
BOX = {"left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.4}
CAR = {"type": "Car", "score": 0.8, "colors": [{"name": "red", "score": 0.2}, {"name": "blue", "score": 0.7}]}
HUMAN = {"type": "Human", "score": 0.7, "upper_clothing_colors": [{"name": "Red", "score": 0.8}]}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def frame_beta(*observations: dict, operations: tuple[dict, ...] = (), wrapped: bool = True) -> bytes:
    """A frame of the first form."""
    inner = {"observations": list(observations), "operations": list(operations), "timestamp": AT}
    return body({"frame": inner} if wrapped else inner)


def observation(track: str = "25", **more) -> dict:
    return {"track_id": track, "bounding_box": BOX, "timestamp": AT} | more


def frame_v1(*detections: dict, **more) -> bytes:
    """A frame of version 1.0; without detections the array is absent."""
    return body({"channel_id": 1, "timestamp": AT} | ({"detections": list(detections)} if detections else {}) | more)


def detection(track: str = TRACK, **more) -> dict:
    return {"object_track_id": track, "bounding_box": BOX} | more


def track(**more) -> bytes:
    """A whole track."""
    return body(
        {
            "channel_id": 1,
            "id": TRACK,
            "classes": [{"type": "Truck", "score": 0.3}, CAR],
            "start_time": "2026-03-01T07:59:57.000000Z",
            "end_time": AT,
            "duration": 3.123,
            "path": [{"bounding_box": BOX | {"left": 0.0}, "timestamp": AT}, {"bounding_box": BOX, "timestamp": AT}],
            "image": {"crop_box": BOX, "data": IMAGE},
        }
        | more
    )


def push(**more) -> dict:
    """A push of the License Plate Verifier."""
    return {
        "packetCounter": "17",
        "capture_timestamp": str(MILLISECONDS),
        "frame_timestamp": "1288416958",
        "datetime": "20260301 110000123",
        "plateText": "13H45678",
        "plateUTF8": "13H45678",
        "plateASCII": "13H45678",
        "plateCountry": "IRQ",
        "plateListMode": "",
        "plateConfidence": "0.868800",
        "carState": "new",
        "carID": "54950",
        "carMoveDirection": "unknown",
        "imageType": "plate",
        "geotag": {"lat": 31.84, "lon": 47.14},
        "plateCoordinates": [514, 570, 120, 28],
        "plateCoordinatesRelative": [14, 70, 120, 28],
        "vehicle_info": {"type": "CAR", "view": "front", "brand": "Skoda", "color": "GRAY", "confidenceMMR": "0.9"},
        "camera_info": {"SerialNumber": "ACCC8E000001", "MACAddress": "AC:CC:8E:00:00:01"},
        "sensorProviderID": "defaultID",
    } | more


def multipart(value: dict, pictures: dict[str, bytes]) -> Example:
    """An event and its pictures, as the verifier posts them."""
    parts = [
        b'--axis\r\nContent-Disposition: form-data; name="event"; filename="event.json"\r\n'
        b"Content-Type: application/json\r\n\r\n" + body(value)
    ]
    parts += [
        f'--axis\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + picture
        for name, picture in pictures.items()
    ]
    return Example(b"\r\n".join((*parts, b"--axis--\r\n")), "multipart/form-data; boundary=axis")


def bridge(topic: str, **data: str) -> bytes:
    """A message of the MQTT event bridge."""
    return body(
        {
            "topic": topic,
            "timestamp": MILLISECONDS,
            "serial": "ACCC8E000001",
            "message": {"source": {}, "key": {}, "data": data},
        }
    )


def verifier_event(topic: str, **items: str) -> bytes:
    """An event of the verifier in ONVIF's XML, with the prefix that Axis declares."""
    return event(f"tnsaxis:CameraApplicationPlatform/{topic}", simple(**items))


SCENARIO = "axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1"
EXAMPLES = {
    "frame of the first form": frame_beta(observation(**{"class": CAR}), observation("26", **{"class": HUMAN})),
    "frame without the outer one": frame_beta(observation(), wrapped=False),
    "frame": frame_v1(detection(**{"class": CAR}), detection(OTHER)),
    "empty frame": frame_v1(),
    "track": track(),
    "snapshot": body({"channel_id": 1, "object_track_id": TRACK, "timestamp": AT, "image": {"data": IMAGE}}),
    "scenario": Example(bridge(SCENARIO, active="1", objectId="4240", classTypes="human"), topic="axis/event"),
    "counting scenario": bridge(SCENARIO, total="5", totalHuman="3", totalCar="1", totalBus="1"),
    "push": body(push()),
    "push with pictures": multipart(push(), {"17_lp_13H45678.jpg": JPEG, "18_roi_13H45678.jpg": JPEG + b"2"}),
    "verifier event": verifier_event("ALPV.New", text="13H45678", country="IRQ", carID="4", carState="new"),
    "heartbeat": b"{'system': {'timestamp': '2026-03-01T08:00:00.000Z'}, 'identify': {'version': '11.1.72'}, "
    b"'ALPV': {'version': '2.7.1', 'numFrames': '2476'}}",
}

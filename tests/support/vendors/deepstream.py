"""NVIDIA DeepStream: both schemas, from the message converter's description."""

import json

AT = "2026-03-01T08:00:00.123456789Z"
UNTRACKED = "18446744073709551615"


def minimal(*objects: object, **more: object) -> bytes:
    """A frame of the minimal schema."""
    value = {"version": "4.0", "id": "5910", "@timestamp": AT, "sensorId": "cam-7", "objects": list(objects)}
    return json.dumps(value | more).encode()


def line(klass: str, attributes: str | None = None, *, track: str = "143", box: str = "100|200|300|400") -> str:
    """An object of a frame; without attributes the text ends with its class."""
    return f"{track}|{box}|{klass}" + ("" if attributes is None else f"|#|{attributes}")


def vehicle(plate: str = "", **more: object) -> dict:
    """A vehicle as the full schema writes it."""
    return {
        "type": "sedan",
        "make": "Toyota",
        "model": "Corolla",
        "color": "white",
        "confidence": 0.8,
        "license": plate,
        "licenseState": "",
    } | more


def full(kind: str = "vehicle", described: dict | None = None, event: str = "moving", **more: object) -> bytes:
    """A message of the full schema, with the sample applications' placeholders."""
    thing = {
        "id": "^S1_^O7",
        "speed": 0,
        "direction": 0,
        "orientation": 0,
        kind: vehicle() if described is None else described,
        "bbox": {"topleftx": 504, "toplefty": 24, "bottomrightx": 648, "bottomrighty": 65},
        "location": {"lat": 30.33, "lon": -40.55, "alt": 100},
        "coordinate": {"x": 1, "y": 2, "z": 0},
        "signature": [1, 2, 2.1],
    }
    value = {
        "messageid": "b88ad627",
        "mdsversion": "1.0",
        "@timestamp": AT,
        "place": {"id": "1", "name": "yard", "type": "garage", "location": {"lat": 0, "lon": 0, "alt": 0}},
        "sensor": {"id": "cam-7", "type": "Camera", "location": {"lat": 31.84, "lon": 47.14, "alt": 8}},
        "analyticsModule": {"id": "", "description": "", "source": "", "version": "1.0"},
        "object": thing | more,
        "event": {"id": "363c430a", "type": event},
        "videoPath": "",
    }
    return json.dumps(value).encode()


EXAMPLES = {
    "frame": minimal(
        line("Vehicle", "sedan|Toyota|Corolla|white|13H45678|Maysan|0.8"),
        line("Person", "male|45|black|none|formal|-0.1", track=UNTRACKED),
        line("road_sign", "|||||0.88", track="1"),
    ),
    "empty frame": minimal(),
    "vehicle": full(),
    "plate": full(described=vehicle("13H45678")),
    "person": full("person", {"age": 45, "gender": "male", "hair": "black", "cap": "none", "confidence": 0.49}),
}

"""UniFi Protect: events, websocket updates, tracks, and the Alarm Manager's webhook."""

import json
from typing import Any

from rasid.testing.clock import START

MOMENT = int(START.timestamp() * 1000)
EVENT = "66d0aa11c0ffee0001e4a5b6"
CAMERA = "5f00aa11c0ffee000187a001"


def event(kind: str = "smartDetectZone", *types: str, end: int | None = None, **fields: Any) -> dict[str, Any]:
    """An event as Protect keeps it."""
    return {
        "id": EVENT,
        "modelKey": "event",
        "type": kind,
        "start": MOMENT,
        "end": end,
        "score": 92,
        "smartDetectTypes": list(types),
        "smartDetectEvents": [],
        "camera": CAMERA,
        "partition": None,
        "user": None,
        "metadata": {},
        "thumbnail": f"e-{EVENT}",
        "heatmap": f"e-{EVENT}",
        "timestamp": MOMENT,
        **fields,
    }


def posted(*events: dict[str, Any], **fields: Any) -> bytes:
    """Events as the body of a post."""
    return json.dumps(events[0] | fields if len(events) == 1 else list(events)).encode()


def update(kind: str = "update", **item: Any) -> dict[str, Any]:
    """A message of the websocket; an update holds what has changed."""
    return {"type": kind, "item": {"id": EVENT, "modelKey": "event", **item}}


def thumbnail(kind: str = "vehicle", **fields: Any) -> dict[str, Any]:
    """A picture that Protect cut out, with what it was matched with."""
    return {
        "type": kind,
        "clockBestWall": MOMENT + 700,
        "croppedId": "c-1",
        "objectId": "4711",
        "coord": [100, 200, 300, 400],
        "confidence": 97,
        "attributes": {
            "color": {"val": "white", "confidence": 80},
            "vehicleType": {"val": "pickup", "confidence": 70},
            "zone": [1],
            "trackerId": 9,
        },
        "group": {"id": "g-1", "matchedName": "21H11111", "confidence": 88},
        **fields,
    }


def track(*plates: str | None, kind: str = "vehicle", **fields: Any) -> dict[str, Any]:
    """A track: one place for each of `plates`, ten a second."""
    return {
        "id": "t-1",
        "camera": CAMERA,
        "event": EVENT,
        "payload": [
            {
                "id": "15915",
                "objectType": kind,
                "coord": [100 + at, 200, 300, 400],
                "confidence": 86,
                "licensePlate": plate,
                "attributes": {"color": {"val": "red", "confidence": 79}} if at else None,
                "timestamp": MOMENT + 100 * at,
                "firstShownTimeMs": MOMENT - 400,
                "zones": [2],
                "lines": [],
                "depth": None,
                "speed": None,
                "stationary": False,
                "duration": 700,
                "idleSinceTimeMs": 0,
                **fields,
            }
            for at, plate in enumerate(plates)
        ],
    }


def trigger(key: str = "vehicle", **fields: Any) -> dict[str, Any]:
    """What triggered an alarm."""
    zones = {"loiter": [], "zone": [1], "line": []}
    return {
        "key": key,
        "device": "68D79AE5ABE9",
        "zones": zones,
        "eventId": EVENT,
        "timestamp": MOMENT,
        **fields,
    }


def alarm(*triggers: dict[str, Any], **fields: Any) -> bytes:
    """A post of the Alarm Manager's webhook."""
    return json.dumps(
        {
            "alarm": {
                "name": "Gate at night",
                "sources": [{"device": "68D79AE5ABE9", "type": "include"}],
                "conditions": [{"condition": {"type": "is", "source": "vehicle"}}],
                "triggers": list(triggers),
                "eventPath": f"/protect/events/event/{EVENT}",
                "eventLocalLink": f"https://192.0.2.9/protect/events/event/{EVENT}",
                **fields,
            },
            "timestamp": MOMENT + 1000,
        }
    ).encode()


PLATE = {"detectedThumbnails": [thumbnail()]}

EXAMPLES = {
    "person": posted(event("smartDetectZone", "person")),
    "plate": posted(event("smartDetectZone", "vehicle", "licensePlate", end=MOMENT + 5000, metadata=PLATE)),
    "face": posted(event("smartDetectZone", "face", metadata={"detectedThumbnails": [thumbnail("face", name="Ali")]})),
    "motion": posted(event("motion", end=MOMENT + 9000)),
    "disconnect": posted(event("disconnect", metadata={"reason": "CONNECTION_LOSS"})),
    "updates": posted(
        update("add", type="smartDetectZone", start=MOMENT, device=CAMERA, smartDetectTypes=["person"]),
        update(smartDetectTypes=["person", "vehicle"]),
        update(end=MOMENT + 4000),
    ),
    "track": json.dumps(track("21H11111", "21H11111")).encode(),
    "alarm": alarm(trigger(), trigger("license_plate_unknown", value="21H11111", group={"name": "21H11111"})),
}

"""Dahua: records of the CGI streams, RPC2 notifications, the HTTP push; made from the format's description."""

import base64
import json

from tests.support.reading import JPEG
from tests.support.vendors import Example

START_UTC = 1772352000  # 2026-03-01T08:00:00Z
BOUNDARY = "myboundary"
STREAM_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"


def record(code: str, action: str = "Pulse", data: dict | str | None = None, index: int | None = 0) -> bytes:
    """One record of the event stream, its JSON over many lines as devices write it."""
    head = f"Code={code};action={action}" + ("" if index is None else f";index={index}")
    text = json.dumps(data, indent=3, ensure_ascii=False) if isinstance(data, dict) else data
    return (head if text is None else f"{head};data={text}\n").encode()


def stream(*parts: bytes, pictures: tuple[bytes, ...] = (), length: str = "") -> bytes:
    """An endless stream as far as it was saved: records, then pictures, each a part of its own."""
    bodies = [*(("text/plain", part) for part in parts), *(("image/jpeg", picture) for picture in pictures)]
    headers = f"Content-Length: {length}\r\n" if length else ""
    return b"".join(
        f"--{BOUNDARY}\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + body + b"\r\n" for kind, body in bodies
    )


def notification(*events: dict) -> bytes:
    """An RPC2 notification."""
    return json.dumps(
        {
            "id": 7,
            "method": "client.notifyEventStream",
            "params": {"SID": 513, "eventList": list(events)},
            "session": "x",
        }
    ).encode()


def junction(plate: str | None = "13A12345", **changes) -> dict:
    """The data of a vehicle that passed; `car` changes its TrafficCar block."""
    car = {
        "PlateNumber": plate,
        "PlateColor": "White",
        "PlateType": "Normal",
        "VehicleColor": "Silver",
        "VehicleSign": "Toyota",
        "Speed": 36,
        "Direction": 0,
        "DrivingDirection": ["Approach", "", ""],
        "MachineName": "MACHINE-1",
        "VehicleBoundingBox": [819, 819, 4095, 4914],
        **changes.pop("car", {}),
    }
    return {
        "EventID": 516,
        "GroupID": 1757,
        "CountInGroup": 2,
        "IndexInGroup": 1,
        "Lane": 2,
        "LocaleTime": "2026-03-01 11:00:00",
        "RealUTC": START_UTC,
        "UTC": START_UTC + 3 * 3600,
        "UTCMS": 305,
        "Object": {"ObjectType": "Plate", "Text": plate, "BoundingBox": [1638, 4095, 2457, 4504], "Confidence": 97},
        "Vehicle": {
            "ObjectType": "Vehicle",
            "ObjectID": 42,
            "Category": "SUV",
            "Confidence": 153,
            "BoundingBox": [819, 819, 4095, 4914],
            "Text": "Toyota",
        },
        "CommInfo": {"GPSInfo": {"Latitude": 0.0, "Longitude": 0.0}, "Seat": [{"SafeBelt": "WithoutSafeBelt"}]},
        "TrafficCar": car,
        **changes,
    }


def crossing(**changes) -> dict:
    """The data of a person that crossed a line."""
    return {
        "Name": "Clôture; nord=1",
        "Direction": "LeftToRight",
        "DetectLine": [[0, 4095], [8191, 4095]],
        "EventID": 142,
        "UTC": START_UTC,
        "UTCMS": 633,
        "LocaleTime": "2026-03-01 16:00:00",
        "Object": {"ObjectType": "Human", "ObjectID": 84, "BoundingBox": [819, 819, 1638, 4095], "Confidence": 51},
        **changes,
    }


def face(**changes) -> dict:
    """The data of a face, with whom the device takes it for."""
    return {
        "UTC": START_UTC,
        "Faces": [{"BoundingBox": [1638, 819, 2457, 2048], "ObjectID": 5, "ObjectType": "HumanFace"}],
        "Object": {"BoundingBox": [1638, 819, 2457, 2048], "ObjectID": 5, "Age": 31, "Sex": "Man", "Emotion": "Smile"},
        "Candidates": [{"Similarity": 94, "Person": {"ID": "104", "Name": "Somebody Known"}}],
        **changes,
    }


def push(plate: str = "13A12345", **snap) -> bytes:
    """What a traffic camera posts (ITSAPI)."""
    picture = base64.b64encode(JPEG).decode()
    return json.dumps(
        {
            "Picture": {
                "Plate": {
                    "PlateNumber": plate,
                    "Confidence": 95,
                    "IsExist": True,
                    "BoundingBox": [1638, 4095, 2457, 4504],
                },
                "Vehicle": {
                    "VehicleColor": "Black",
                    "VehicleType": "Truck",
                    "VehicleBoundingBox": [819, 819, 4095, 4914],
                },
                "SnapInfo": {
                    "DeviceID": "device-1",
                    "AccurateTime": "2026-03-01 11:00:00.250",
                    "Direction": "Obverse",
                    "LanNo": 2,
                    **snap,
                },
                "CutoutPic": {"Content": picture, "PicName": "1.jpg"},
                "NormalPic": {"Content": picture, "PicName": "2.jpg"},
            }
        }
    ).encode()


LINES = b"\r\n".join(
    line.encode()
    for line in (
        "Events[0].EventBaseInfo.Code=TrafficJunction",
        "Events[0].EventBaseInfo.Action=Pulse",
        "Events[0].EventBaseInfo.Index=0",
        "Events[0].GroupID=1757",
        "Events[0].IndexInGroup=1",
        f"Events[0].RealUTC={START_UTC}",
        "Events[0].Object.ObjectType=Plate",
        *(f"Events[0].Object.BoundingBox[{place}]={value}" for place, value in enumerate((1638, 4095, 2457, 4504))),
        "Events[0].TrafficCar.PlateNumber=13A12345",
        "Events[0].JunctionDirection=Obverse",
    )
)
SNAPPED = stream(LINES, pictures=(JPEG,))

EXAMPLES = {
    "plate": record("TrafficJunction", data=junction()),
    "speeding": record("TrafficOverSpeed", data=junction(car={"Speed": 118})),
    "stream": Example(
        stream(record("CrossLineDetection", "Start", crossing()), b"Heartbeat", pictures=(JPEG,), length="0"),
        STREAM_TYPE,
    ),
    "rpc": notification({"Code": "TrafficJunction", "Action": "Pulse", "Index": 0, "Data": junction()}),
    "face": record("FaceRecognition", "Start", face()),
    "push": push(),
    "snapped": Example(SNAPPED, STREAM_TYPE),
    "person": record(
        "HumanTrait",
        "Start",
        {
            "UTC": START_UTC,
            "Objects": [{"ObjectID": 7, "ObjectType": "Human", "BoundingBox": [0, 0, 819, 4095], "HasHat": 1}],
        },
    ),
    "trouble": record("StorageFailure", "Start"),
}

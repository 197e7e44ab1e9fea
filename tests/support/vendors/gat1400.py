"""GA/T 1400 (VIID): lists of objects, notices, signs of life."""

import base64
import json
from typing import Any

from tests.support.reading import JPEG

DEVICE = "35010000001190000001"
SOURCE = f"{DEVICE}022026030116000000001"


def image(kind: str = "01", **changes: Any) -> dict[str, Any]:
    """A sub-image with its data."""
    return {
        "ImageID": SOURCE,
        "DeviceID": DEVICE,
        "EventSort": 16,
        "Type": kind,
        "FileFormat": "Jpeg",
        "ShotTime": "20260301160000",
        "Width": 1920,
        "Height": 1080,
        "Data": base64.b64encode(JPEG + kind.encode()).decode(),
    } | changes


def thing(identifier: str, images: tuple[dict[str, Any], ...], **fields: Any) -> dict[str, Any]:
    """What every object has."""
    return {
        identifier: f"{SOURCE}0200001",
        "InfoKind": 1,
        "SourceID": SOURCE,
        "DeviceID": DEVICE,
        "LeftTopX": 480,
        "LeftTopY": 270,
        "RightBtmX": 960,
        "RightBtmY": 540,
        "SubImageList": {"SubImageInfoObject": list(images)},
    } | fields


def vehicle(plate: str = "京AF0236", *images: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A motor vehicle."""
    fields = {
        "PlateNo": plate,
        "HasPlate": "1",
        "PlateColor": "5",
        "PlateClass": "02",
        "PassTime": "20260301160000",
        "VehicleColor": "2",
        "VehicleClass": "K33",
        "Speed": 36,
        "Direction": "1",
        "LaneNo": 2,
        "PlateReliability": "96",
        "PlateCharReliability": "京-91，A-92,F-93,0-94,2-95,3-96,6-97",
    }
    return thing("MotorVehicleID", images or (image("01"), image("02")), **(fields | changes))


def person(*images: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A person, with what the camera thinks of him."""
    fields = {
        "PersonAppearTime": "20260301160000",
        "GenderCode": "1",
        "AgeUpLimit": 40,
        "AgeLowerLimit": 30,
        "CoatColor": "4",
        "Name": "somebody",
    }
    return thing("PersonID", images or (image("10"), image("14")), **(fields | changes))


def face(*images: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A face, with what the camera thinks of it."""
    fields = {"FaceAppearTime": "20260301160000", "GenderCode": "2", "GlassStyle": "1", "Similaritydegree": 0.93}
    return thing("FaceID", images or (image("11"), image("14")), **(fields | changes))


def listed(kind: str, *things: dict[str, Any]) -> bytes:
    """A list of objects of one kind, as it is posted."""
    return json.dumps({f"{kind}ListObject": {f"{kind}Object": list(things)}}, ensure_ascii=False).encode()


def keepalive() -> bytes:
    """A sign of life."""
    return json.dumps({"KeepaliveObject": {"DeviceID": DEVICE}}).encode()


def notice(kind: str, **members: Any) -> bytes:
    """A notice of a subscription or of an alarm."""
    one = {"NotificationID": "9", "Title": "t", "TriggerTime": "20260301160001"} | members
    return json.dumps({f"{kind}NotificationListObject": {f"{kind}NotificationObject": [one]}}).encode()


EXAMPLES = {
    "vehicles": listed("MotorVehicle", vehicle(), vehicle("无车牌", MotorVehicleID=f"{SOURCE}0200002")),
    "persons": listed("Person", person()),
    "faces": listed("Face", face()),
    "keepalive": keepalive(),
    "subscription": notice("Subscribe", MotorVehicleObjectList={"MotorVehicleObject": [vehicle()]}),
    "alarm": notice("Disposition", DispositionID="4", MotorVehicleObject=vehicle()),
}

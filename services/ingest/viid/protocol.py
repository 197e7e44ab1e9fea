"""GA/T 1400 (VIID) spoken back: what a view library answers to a device, in the protocol's own words. No IO.

Source: GA/T 1400.4-2017 (7.2: resources, ConfirmStatusType, SystemTime) as integrators' devices read it: a list of
states with one state for each object, a single one for what a device says of itself, numbers as numbers.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.adapters.gat1400.objects import ZONE
from services.ingest.payload import json_document
from services.ingest.payload.reading import Refusal

ROOT = "/VIID/"
MEDIA_TYPE = "application/VIID+JSON;charset=UTF-8"
REGISTER, KEEPALIVE, UNREGISTER, TIME = "System/Register", "System/Keepalive", "System/UnRegister", "System/Time"
# What devices say of themselves is answered by one state, what they have seen by a list of them.
SIGNS = (REGISTER, KEEPALIVE, UNREGISTER)
LISTS = (
    "MotorVehicles",
    "NonMotorVehicles",
    "Persons",
    "Faces",
    "SubscribeNotifications",
    "DispositionNotifications",
)
POSTED = (*SIGNS, *LISTS)
# The identifier of each object that may stand in a list.
IDENTIFIERS = {
    "MotorVehicle": "MotorVehicleID",
    "NonMotorVehicle": "NonMotorVehicleID",
    "Person": "PersonID",
    "Face": "FaceID",
    "SubscribeNotification": "NotificationID",
    "DispositionNotification": "NotificationID",
}
Code = Literal[0, 1, 2, 3, 4, 7, 8]
OK: Code = 0
OTHER_ERROR: Code = 1
BUSY: Code = 2
INVALID_OPERATION: Code = 4
INVALID_JSON: Code = 7
INVALID_CONTENT: Code = 8
_WORDS: dict[Code, str] = {
    0: "正常",
    1: "其他未知错误",
    2: "设备忙",
    3: "设备错误",
    4: "无效操作",
    7: "JSON格式无效",
    8: "JSON内容无效",
}
_LONGEST_TEXT = 200
_LONGEST_ID = 64
_MOST_IDS = 256
_JSON_BROKEN = frozenset({"json_not_well_formed", "json_too_deep", "json_not_an_object", "json_too_large"})
_BY_NAME = {name.lower(): name for name in (*POSTED, TIME)}


def resource_of(path: str) -> str | None:
    """The resource an address means, however its case and its last slash are written; None when there is none."""
    return _BY_NAME.get(path[len(ROOT) :].strip("/").lower()) if path[: len(ROOT)].lower() == ROOT.lower() else None


def device_id(body: bytes, header: str | None) -> str | None:
    """The device's own identifier as it says it, in the header or the body; None when it says none or two."""
    said = {header.strip()} if header and header.strip() else set()
    for node in _members(body).values():
        if isinstance(node, dict) and node.get("DeviceID"):
            said.add(str(node["DeviceID"]).strip())
    one = said.pop() if len(said) == 1 else ""
    return one if 0 < len(one) <= _LONGEST_ID and one.isascii() and one.isalnum() else None


def object_ids(body: bytes) -> list[str]:
    """The identifiers of the objects in a list, in order; what cannot be read has none."""
    found: list[str] = []
    for member in _members(body).values():
        for name, identifier in IDENTIFIERS.items():
            rows = member.get(f"{name}Object") if isinstance(member, dict) else None
            listed = rows if isinstance(rows, list) else [rows]
            found += [str(row.get(identifier, ""))[:_LONGEST_ID] for row in listed if isinstance(row, dict)]
    return found[:_MOST_IDS]


def code_of(refusals: Sequence[Refusal]) -> Code:
    """The state that says best why parts were refused."""
    if not refusals:
        return OK
    return INVALID_JSON if any(one.reason in _JSON_BROKEN for one in refusals) else INVALID_CONTENT


def single(path: str, code: Code, identifier: str, at: datetime, why: str | None = None) -> dict[str, Any]:
    """The answer to what a device says of itself. `at` is local to the device."""
    return {"ResponseStatusObject": _state(path, code, identifier, at, why)}


def listed(path: str, ids: Sequence[str], refusals: Sequence[Refusal], at: datetime) -> dict[str, Any]:
    """The answer to a list: of each object whether it is kept. Refused are those whose part was, or else all."""
    states = [_state(path, _code(one, ids, refusals), one, at, _why(one, refusals)) for one in ids or [""]]
    return {"ResponseStatusListObject": {"ResponseStatusObject": states}}


def all_alike(path: str, code: Code, at: datetime, why: str | None = None) -> dict[str, Any]:
    """The answer to a list of which nothing was read."""
    return {"ResponseStatusListObject": {"ResponseStatusObject": [_state(path, code, "", at, why)]}}


def system_time(server: str, at: datetime, zone: str) -> dict[str, Any]:
    """The time a device is to set its clock to: `at` in its zone. `TimeMode` 1: from the network."""
    return {
        "SystemTimeObject": {"VIIDServerID": server, "TimeMode": "1", "LocalTime": _text(at), "TimeZone": zone},
    }


def zone_of(registered: str | None) -> tuple[tzinfo, str]:
    """The zone a device's local times are in: as registered, else Beijing's, by which its reads are dated as well."""
    try:
        return (ZoneInfo(registered), registered) if registered else (ZoneInfo(ZONE), ZONE)
    except (LookupError, ValueError, OSError):
        return ZoneInfo(ZONE), ZONE


def _code(one: str, ids: Sequence[str], refusals: Sequence[Refusal]) -> Code:
    named = [refusal for refusal in refusals if one and one.encode() in refusal.part]
    is_told_apart = any(known and known.encode() in refusal.part for known in ids for refusal in refusals)
    return code_of(named if is_told_apart else refusals)


def _why(one: str, refusals: Sequence[Refusal]) -> str | None:
    """The words of the refusal that concerns this object, or of the only one."""
    named = [refusal for refusal in refusals if one and one.encode() in refusal.part] or list(refusals)
    return named[0].detail if named else None


def _state(path: str, code: Code, identifier: str, at: datetime, why: str | None) -> dict[str, Any]:
    return {
        "RequestURL": path,
        "StatusCode": code,
        "StatusString": _WORDS[code] if why is None or code == OK else f"{_WORDS[code]}: {why}"[:_LONGEST_TEXT],
        "Id": identifier,
        "LocalTime": _text(at),
    }


def _text(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}"


def _members(body: bytes) -> dict[str, Any]:
    """The members of the document, or of each document of a list; empty when it cannot be read."""
    try:
        value = json_document.parse(body)
    except (InvalidEvent, msgspec.DecodeError):
        return {}
    if isinstance(value, list):
        return {str(place): one for place, row in enumerate(value) if isinstance(row, dict) for one in row.values()}
    return value if isinstance(value, dict) else {}

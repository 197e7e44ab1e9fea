"""Payloads in Hikvision's format, made from its description: what the demo's cameras, the tests and benchmarks post.

Nothing here is copied from a device. Fields can be changed, added or left out, so that tests can send what firmware
does to them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from xml.sax.saxutils import escape

NAMESPACES = (
    "http://www.hikvision.com/ver20/XMLSchema",
    "http://www.isapi.org/ver20/XMLSchema",
    "urn:psialliance-org",
    "",
)
PICTURE_KINDS = ("licensePlatePicture", "detectionPicture")
BAGHDAD = timezone(timedelta(hours=3))
BOUNDARY = "boundary"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

Fields = Mapping[str, object]


def anpr_xml(
    plate: str = "13 A 12345",
    *,
    captured_at: datetime,
    event_id: str | None = None,
    zone: tzinfo | None = BAGHDAD,
    namespace: str = NAMESPACES[0],
    anpr: Fields | None = None,
    **top: object,
) -> bytes:
    """A plate read. `anpr` changes fields of the ANPR block and `top` fields beside it; None leaves a field out.

    A naive `captured_at`, or `zone=None` with an aware one, is written as it is; else it is written in `zone`.
    """
    moment = _in(zone, captured_at)
    block = {
        "licensePlate": plate,
        "line": 1,
        "direction": "forward",
        "confidenceLevel": 97,
        "plateType": "unknown",
        "plateColor": "white",
        "plateCharBelieve": ",".join("99" for character in plate if character.isalnum()),
        "vehicleType": "vehicle",
        "vehicleInfo": {"index": 1, "color": "white", "speed": 0},
        "pictureInfoList": {"pictureInfo": [_picture_info(kind, moment) for kind in PICTURE_KINDS]},
        "originalLicensePlate": plate,
        "vehicleListName": "otherList",
        **(anpr or {}),
    }
    return notification_xml(
        "ANPR",
        captured_at=captured_at,
        zone=zone,
        namespace=namespace,
        fields={"ANPR": block, "UUID": event_id, "picNum": len(PICTURE_KINDS), "isDataRetransmission": "false", **top},
    )


def alarm_xml(
    event_type: str,
    *,
    captured_at: datetime,
    target: str | None = "human",
    rectangle: tuple[object, object, object, object] | None = (0.25, 0.5, 0.125, 0.25),
    corners: tuple[tuple[int, int], ...] = ((100, 200), (900, 200), (900, 800)),
    **top: object,
) -> bytes:
    """A rule that fired in region 1, with its target; `top` changes fields beside it."""
    points = [{"positionX": x, "positionY": y} for x, y in corners]
    entry = {
        "regionID": 1,
        "sensitivityLevel": 50,
        "RegionCoordinatesList": {"RegionCoordinates": points},
        "detectionTarget": target,
        "TargetRect": None if rectangle is None else dict(zip(("X", "Y", "width", "height"), rectangle, strict=True)),
    }
    fields = {"DetectionRegionList": {"DetectionRegionEntry": entry}, **top}
    return notification_xml(event_type, captured_at=captured_at, fields=fields)


def heartbeat_xml(*, captured_at: datetime) -> bytes:
    """The sign of life: there is no video loss."""
    return notification_xml("videoloss", captured_at=captured_at, fields={"eventState": "inactive"})


def notification_xml(
    event_type: str,
    *,
    captured_at: datetime,
    zone: tzinfo | None = BAGHDAD,
    namespace: str = NAMESPACES[0],
    declaration: str = DECLARATION,
    fields: Fields | None = None,
) -> bytes:
    """Any notification. A value is text, a number, fields of its own, a list of these, or None to leave it out."""
    head = {
        "ipAddress": "192.0.2.10",
        "portNo": 80,
        "protocol": "HTTP",
        "macAddress": "02:00:00:00:00:10",
        "channelID": 1,
        "dateTime": _in(zone, captured_at).isoformat(timespec="seconds"),
        "activePostCount": 1,
        "eventType": event_type,
        "eventState": "active",
        "eventDescription": event_type,
        "channelName": "gate",
        **(fields or {}),
    }
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    root = "EventNotificationAlert"
    return f'{declaration}<{root} version="2.0"{xmlns}>\n{_xml(head)}</{root}>\n'.encode()


def multipart(
    xml: bytes,
    pictures: Mapping[str, bytes],
    *,
    boundary: str = BOUNDARY,
    subtype: str = "form-data",
    line_end: bytes = b"\r\n",
) -> tuple[str, bytes]:
    """The content type and body of one post: the event and its pictures by kind (`PICTURE_KINDS`) or file name."""
    parts = [part("anpr.xml", "text/xml", xml, line_end)]
    for kind, picture in pictures.items():
        parts.append(part(kind if "." in kind else f"{kind}.jpg", "image/jpeg", picture, line_end))
    delimiter = f"--{boundary}".encode()
    body = b"".join(delimiter + line_end + one + line_end for one in parts) + delimiter + b"--" + line_end
    return f"multipart/{subtype}; boundary={boundary}", body


def part(name: str, media_type: str, body: bytes, line_end: bytes = b"\r\n") -> bytes:
    """One part of a multipart body, headers and all."""
    headers = (
        f'Content-Disposition: form-data; name="{name}"; filename="{name}"',
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
    )
    return b"".join(header.encode() + line_end for header in headers) + line_end + body


def _in(zone: tzinfo | None, moment: datetime) -> datetime:
    return moment if zone is None or moment.tzinfo is None else moment.astimezone(zone)


def _picture_info(kind: str, moment: datetime) -> dict[str, object]:
    info: dict[str, object] = {
        "fileName": f"{kind}.jpg",
        "type": kind,
        "dataType": 0,
        "absTime": f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03d}",
    }
    if kind == "detectionPicture":
        info["plateRect"] = {"X": 400, "Y": 700, "width": 120, "height": 40}
    return info


def _xml(fields: Fields) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    content = f"\n{_xml(value)}" if isinstance(value, Mapping) else escape(str(value))
    return f"<{name}>{content}</{name}>\n"

"""Notifications of rules that fired on the camera, of trouble with the device, and its heartbeat."""

from typing import Literal

from rasid.contract.detections import DetectedObject, Rule
from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.hikvision import words
from services.ingest.adapters.hikvision.notification import Notification, meaningful
from services.ingest.adapters.hikvision.pictures import pictures_of
from services.ingest.adapters.hikvision.places import location, rectangle, region
from services.ingest.payload.reading import Draft
from services.ingest.payload.tree import Node

_STATES: dict[bool | None, Literal["start", "stop", "pulse"]] = {True: "start", False: "stop", None: "pulse"}
MAX_REGIONS = 16


def read_rule(notification: Notification) -> Draft:
    """A rule that fired; several regions of one notification are one event with an object for each."""
    fields = notification.fields
    entries = list(fields.node("DetectionRegionList").nodes("DetectionRegionEntry"))[:MAX_REGIONS]
    entry = entries[0] if entries else Node()
    rule = Rule(
        kind=words.RULES.get(_relation(notification) or notification.event_type, "other"),
        name=_name(notification, entry),
        state=_STATES[notification.is_active],
        direction=meaningful(entry.text("direction") or fields.text("direction")),
        region=region(entry),
    )
    return Draft(
        part=notification.part,
        time=notification.time(),
        fact=rule,
        vendor_key=notification.uuid(),
        is_replay=notification.is_replay,
        vendor=notification.vendor(),
        objects=tuple(found for one in entries if (found := _object(one, fields)) is not None),
        pictures=pictures_of(notification),
        location=location(fields.node("DeviceGPSInfo")),
        raw=_raw(entries, fields),
        warnings=notification.warnings,
    )


def read_trouble(notification: Notification) -> Draft:
    """Trouble with the device, or its end; "no video loss" is how these devices say that they are alive."""
    is_active = notification.is_active
    if is_active is None:
        raise InvalidEvent(
            "event_state_missing",
            "the notification does not say whether the trouble begins or ends (eventState active or inactive)",
        )
    component, state = words.TROUBLES[notification.event_type]
    code = notification.fields.text("eventType")
    if notification.event_type == words.HEARTBEAT and not is_active:
        return read_heartbeat(notification)
    return _health(notification, Health(component=component, state=state if is_active else "ok", code=code))


def read_heartbeat(notification: Notification) -> Draft:
    """That the device lives."""
    code = notification.fields.text("eventType")
    return _health(notification, Health(component="heartbeat", state="ok", code=code))


def _health(notification: Notification, health: Health) -> Draft:
    return Draft(
        part=notification.part,
        time=notification.time(),
        fact=health,
        is_replay=notification.is_replay,
        vendor=notification.vendor(),
        warnings=notification.warnings,
    )


def _relation(notification: Notification) -> str | None:
    """The event type that a "this goes on" notification is about."""
    if notification.event_type != words.CONTINUING:
        return None
    return (notification.fields.node("DurationList").node("Duration").text("relationEvent") or "").lower()


def _name(notification: Notification, entry: Node) -> str | None:
    """The device has no names for its rules: the event type with the number of its region or input."""
    event_type = notification.fields.text("eventType")
    number = entry.text("regionID") or notification.fields.text("inputIOPortID") or _relation(notification)
    return f"{event_type} {number}" if event_type and number else event_type


def _object(entry: Node, fields: Node) -> DetectedObject | None:
    target = entry.text("detectionTarget")
    place = rectangle(entry.node("TargetRect"), fields.node("detectionBackgroundImageResolution"))
    if target is None and place is None:
        return None
    return DetectedObject(
        object_id=meaningful(entry.text("targetID")),
        klass=words.TARGETS.get((target or "").lower(), "unknown"),
        class_raw=target,
        box=None if place is None else place.box,
    )


def _raw(entries: list[Node], fields: Node) -> dict[str, object]:
    raw: dict[str, object] = {}
    numbers = [number for entry in entries if (number := entry.text("regionID"))]
    if numbers:
        raw["region_ids"] = numbers
    frame = fields.node("detectionBackgroundImageResolution")
    boxes = [place.raw for entry in entries if (place := rectangle(entry.node("TargetRect"), frame))]
    if boxes:
        raw["box"] = boxes[0]
    if len(boxes) > 1:
        raw["boxes"] = boxes
    return raw

"""Hands each notification of a payload to whoever reads its type."""

import re

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.adapters.hikvision import alarms, anpr, counts, faces
from services.ingest.adapters.hikvision.fields import VOCABULARY
from services.ingest.adapters.hikvision.notification import Notification
from services.ingest.adapters.hikvision.opening import ROOT, find_notifications, is_notification
from services.ingest.adapters.hikvision.pictures import sorted_out
from services.ingest.adapters.hikvision.words import CONTINUING, HEARTBEAT_BY_NAME, RULES, TROUBLES
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal
from services.ingest.payload.survey import Survey

# Event types about faces as such, and about persons somebody was taken for, which are not read.
_FACES = re.compile(r"face.*|alarmresult|captureresult")
_PERSONS = re.compile(r"human(recognition|attribute)|personarming.*|accesscontrollerevent|identityinfo.*")
_COUNTING = "peoplecounting"


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is a notification, by its first element or members; never raises."""
    return is_notification(part)


def read(payload: Payload) -> Reading:
    """What the notifications say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "notification_missing",
        f"the post has {len(payload.parts)} part(s) and no {ROOT} in XML or JSON: let the camera send event data, "
        "not pictures alone",
    )
    return gathered(
        (found if isinstance(found, Refusal) else _read(found, survey) for found in find_notifications(payload)),
        survey,
        nothing=nothing,
    )


def _read(notification: Notification, total: Survey) -> list[Draft] | Refusal:
    survey = Survey(VOCABULARY)
    survey.count(notification.fields)
    kept = notification.attachments
    if kept:
        parts = sorted_out(kept, notification.fields)
        kept = tuple(parts[None])
        survey.drop("attribute", len(parts["attribute"]))
        survey.drop("identification", len(parts["identification"]))
    total.add(survey)
    if survey.dropped:
        warnings = (*notification.warnings, *survey.warnings())
        notification = msgspec.structs.replace(notification, attachments=kept, warnings=warnings)
    try:
        return _drafts(notification)
    except InvalidEvent as error:
        is_of_persons = error.reason == faces.FACE_REFUSED
        return Refusal(error.reason, error.detail, _redacted(notification) if is_of_persons else notification.part)


def _drafts(notification: Notification) -> list[Draft]:
    event_type = notification.event_type
    if event_type == "anpr" or (not event_type and notification.fields.node("ANPR")):
        return [anpr.read(notification)]
    if event_type in RULES or event_type == CONTINUING:
        return [alarms.read_rule(notification)]
    if event_type == HEARTBEAT_BY_NAME:
        return [alarms.read_heartbeat(notification)]
    if event_type in TROUBLES:
        return [alarms.read_trouble(notification)]
    if event_type == _COUNTING:
        return [counts.read_count(notification)]
    is_of_faces = _FACES.fullmatch(event_type) is not None
    return faces.read_faces(notification) if is_of_faces else [_plate_under_another_name(notification)]


def _plate_under_another_name(notification: Notification) -> Draft:
    """The plate that an event of a type nobody knows brings. Raises InvalidEvent where it brings none."""
    brings_one = notification.fields.node("ANPR").text("licensePlate") is not None
    if not brings_one or _PERSONS.fullmatch(notification.event_type):
        raise _not_read(notification)
    return anpr.read(notification)


def _not_read(notification: Notification) -> InvalidEvent:
    named = notification.event_type_named
    if _PERSONS.fullmatch(notification.event_type):
        return InvalidEvent(
            faces.FACE_REFUSED,
            f"events about recognized persons ({named}) are not taken: who a device takes somebody for is never kept; "
            "switch their upload off on the device",
        )
    return InvalidEvent(
        "event_type_unknown",
        f"Hikvision events of type {named} are not read; plates (ANPR), captured faces, line, region, motion, tamper, "
        "audio and input alarms, people counting, device trouble and heartbeats are: switch the others' upload off on "
        "the camera, or ask for this type",
    )


def _redacted(notification: Notification) -> bytes:
    """What may be kept of a refused notification about persons: which event, when."""
    fields = notification.fields
    kept = {name: fields.text(name) for name in ("eventType", "dateTime", "channelID", "UUID")}
    return b"what it says of persons was removed: " + msgspec.json.encode(kept)

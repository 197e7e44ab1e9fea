"""Finds the notifications in a payload: XML or JSON, one or several, alone or among pictures."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.adapters.hikvision.notification import Notification
from services.ingest.payload import json_document, xml_document
from services.ingest.payload.media import picture_type
from services.ingest.payload.reading import Part, Payload, Refusal
from services.ingest.payload.tree import Node

ROOT = "EventNotificationAlert"
DOCUMENTS = (b"<", *json_document.OPENINGS)
# Members that no other format has beside `eventType`.
BESIDE_TYPE = frozenset({"activePostCount", "faceCapture", "captureLibResult", "alarmResult"})
MAX_NOTIFICATIONS = 256
ABOUT_PERSONS = re.compile(rb"face_?(snap|capture|match|detect|lib|recog|id)|alarmResult|FPID", re.IGNORECASE)
PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp")

Found = Notification | Refusal


def is_notification(part: Part) -> bool:
    """Whether this is a notification, by its first element or its members."""
    if not part.is_json:
        return part.xml_root == ROOT
    return ROOT in part.names or ("eventType" in part.names and not BESIDE_TYPE.isdisjoint(part.names))


def find_notifications(payload: Payload) -> list[Found]:
    """The notifications in order, each with its pictures, and a refusal for each document that is none."""
    found: list[Found] = []
    pictures: list[tuple[int, Part]] = []
    for part in payload.parts:
        if _is_picture(part):
            pictures.append((len(found), part))
        else:
            found.extend(_open(part))
    if len(found) > MAX_NOTIFICATIONS:
        raise InvalidEvent("too_many_events", f"one post holds {len(found)} events: the limit is {MAX_NOTIFICATIONS}")
    owners = [place for place, one in enumerate(found) if isinstance(one, Notification)]
    return [_with_pictures(one, place, pictures, owners) for place, one in enumerate(found)]


def _with_pictures(one: Found, place: int, pictures: list[tuple[int, Part]], owners: list[int]) -> Found:
    if isinstance(one, Refusal) or not pictures:
        return one
    return msgspec.structs.replace(
        one, attachments=tuple(part for before, part in pictures if _owner(before, owners) == place)
    )


def _owner(before: int, owners: list[int]) -> int:
    """A picture goes with the notification before it; one that comes first, with the first."""
    return next((place for place in reversed(owners) if place < before), owners[0])


def _is_picture(part: Part) -> bool:
    """Whether a part is a picture, or says that it is one and does not look like a document."""
    if picture_type(part.body) is not None:
        return True
    if part.opening in DOCUMENTS:
        return False
    names = (part.filename.lower(), part.name.lower())
    return part.media_type.startswith("image/") or any(name.endswith(PICTURE_ENDINGS) for name in names)


def _open(part: Part) -> Iterable[Found]:
    """The notifications in one part; nothing for empty parts and plain form fields."""
    if part.opening == b"<":
        return [_from_xml(piece, part.charset) for piece in xml_document.split(part.body)]
    if part.is_json:
        return _from_json(part)
    if part.body.strip() and _claims_document(part):
        detail = "a part calls itself XML or JSON and is neither"
        return [Refusal("part_not_understood", detail, part.body)]
    return []


def _claims_document(part: Part) -> bool:
    claims = (part.media_type, part.name.lower(), part.filename.lower())
    return any(claim.endswith(("xml", "json")) for claim in claims)


def _from_xml(piece: bytes, charset: str) -> Found:
    try:
        document = xml_document.parse(piece, charset)
    except InvalidEvent as error:
        return _refused(error, piece)
    if document.name != ROOT:
        return Refusal("not_a_notification", f"an XML document that is no {ROOT}: not an event of this format", piece)
    return Notification(document.fields, piece, warnings=("text_damaged",) if document.is_damaged else ())


def _refused(error: InvalidEvent, piece: bytes) -> Refusal:
    """A document that cannot be read is kept for the engineer, unless it seems to be about a person."""
    return Refusal(error.reason, error.detail, b"" if ABOUT_PERSONS.search(piece) else piece)


def _from_json(part: Part) -> list[Found]:
    try:
        value = part.json()
        if not isinstance(value, list):
            return [_from_object(value, part.body)]
        # Each event's own part of the payload: without an id, its hash tells it from the others.
        return [_from_object(item, msgspec.json.encode(item)) for item in value]
    except InvalidEvent as error:
        return [_refused(error, part.body)]


def _from_object(value: Any, body: bytes) -> Found:
    if not isinstance(value, dict):
        return Refusal("not_a_notification", f"a JSON document that is no {ROOT}: not an event of this format", body)
    inner = value.get(ROOT)
    if isinstance(inner, dict):
        value = {name: item for name, item in value.items() if name != ROOT} | inner
    return Notification(Node.from_json(value, body), body)

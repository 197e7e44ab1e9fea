"""Finds the events in a payload: parts of the CGI streams, RPC2 notifications, bare events, the HTTP push."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.adapters.dahua import lines
from services.ingest.adapters.dahua.record import Action, Record
from services.ingest.payload import json_document
from services.ingest.payload.charset import BLANK, to_utf8
from services.ingest.payload.media import picture_type
from services.ingest.payload.reading import Part, Payload, Refusal
from services.ingest.payload.tree import Node

MAX_RECORDS = 256
HEAD_BYTES = 16 * 1024
HEARTBEAT = "Heartbeat"
PUSHED = "TollgateInfo"
# What a refused event may not keep: it is about a person.
ABOUT_PERSONS = re.compile(rb"face|candidate|person|access|userid|cardno", re.IGNORECASE)

Found = Record | Refusal

_CODE = b"code="
_HEAD = re.compile(
    rb"[ \t]*Code=([A-Za-z0-9_.-]{1,64})[ \t]*;[ \t]*action=([A-Za-z]{1,16})"
    rb"(?:[ \t]*;[ \t]*index=(\d{1,5}))?[ \t]*(?:;[ \t]*data=(.*))?",
    re.DOTALL | re.IGNORECASE,
)
_LINES = re.compile(rb"[ \t\r\n]*Events\[\d{1,2}\]\.")
# A comma that one capture lacks: a value at the end of a line, the next member at the beginning of another.
_COMMA_MISSING = re.compile(rb'((?:[}\]"]|\d|true|false|null)[ \t]*)(\r?\n[ \t]*")')
_BESIDE_PICTURE = frozenset({"Plate", "SnapInfo", "NormalPic"})
_ACTIONS: dict[str, Action] = {"start": "start", "stop": "stop", "pulse": "pulse"}


def is_dahua(part: Part) -> bool:
    """Whether a part is one of this format's carriers, without parsing it."""
    if part.is_json:
        return _is_json_event(part)
    start = to_utf8(part.body[:HEAD_BYTES])[0].lstrip(BLANK)
    is_record = _HEAD.match(start) is not None and b"action=" in start[:128].lower()
    return is_record or _LINES.match(start) is not None or start.strip(BLANK) == HEARTBEAT.encode()


def find_records(payload: Payload) -> list[Found]:
    """The events in order, each with the pictures after it, and a refusal for each that cannot be read."""
    found: list[Found] = []
    pictures: dict[int, list[Part]] = {}
    for part in payload.parts:
        if picture_type(part.body) is not None:
            pictures.setdefault(max(0, len(found) - 1), []).append(part)
        else:
            found.extend(_open(part, payload.received_at))
    if len(found) > MAX_RECORDS:
        raise InvalidEvent("too_many_events", f"one post holds {len(found)} events: the limit is {MAX_RECORDS}")
    return [_with_pictures(one, pictures.get(place, [])) for place, one in enumerate(found)]


def _with_pictures(one: Found, pictures: list[Part]) -> Found:
    if isinstance(one, Refusal) or not pictures:
        return one
    return msgspec.structs.replace(one, attachments=tuple(pictures))


def _is_json_event(part: Part) -> bool:
    names = part.names
    if "method" in names and b'"client.notifyEventStream"' in part.body[:HEAD_BYTES]:
        return True
    if "Code" in names and "Action" in names:
        return "Data" in names or "Index" in names
    if "Picture" in names:
        return not _BESIDE_PICTURE.isdisjoint(names)
    return "Active" in names and "DeviceID" in names and b"keepalive" in part.body[:HEAD_BYTES].lower()


def _open(part: Part, received_at: datetime) -> Iterator[Found]:
    """The events of one part; nothing for empty parts."""
    if part.is_json:
        yield from _from_json(part, received_at)
        return
    text = to_utf8(part.body, part.charset)[0].strip(BLANK)
    if text == HEARTBEAT.encode():
        yield Record(HEARTBEAT, "pulse", None, Node(), text, received_at)
    elif _LINES.match(text):
        for event in lines.events(text.decode("utf-8", "replace")):
            yield from _from_value(event, msgspec.json.encode(event), received_at)
    elif text:
        yield from _from_text(text, received_at)


def _from_text(text: bytes, received_at: datetime) -> Iterator[Found]:
    starts = list(_record_starts(text))
    if not starts:
        detail = "a part that is neither Code=...;action=... nor JSON: not an event of this format"
        yield Refusal("part_not_understood", detail, kept(text))
        return
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield _from_line(text[start:end].strip(BLANK), received_at)


def _record_starts(text: bytes) -> Iterator[int]:
    """Where the lines begin that begin with `Code=`, in any case and after blanks."""
    lower = text.lower()
    at = lower.find(_CODE)
    while at != -1:
        start = at
        while start and text[start - 1] in b" \t":
            start -= 1
        if not start or text[start - 1] in b"\n":
            yield start
        at = lower.find(_CODE, at + len(_CODE))


def _from_line(text: bytes, received_at: datetime) -> Found:
    head = _HEAD.match(text)
    if head is None:
        detail = "the line does not say which event begins or ends: Code=...;action=Start|Stop|Pulse;index=..."
        return Refusal("event_head_unreadable", detail, kept(text))
    warnings: tuple[str, ...] = ()
    data = Node()
    if head[4] and head[4].strip(BLANK):
        try:
            value, warnings = _parsed(head[4])
            data = Node.from_json(value, head[4]) if isinstance(value, dict | list) else Node()
        except InvalidEvent as error:
            return Refusal(error.reason, error.detail, kept(text))
    index = None if head[3] is None else head[3].decode()
    return Record(head[1].decode(), _action(head[2].decode()), index, data, text, received_at, (), warnings)


def _from_json(part: Part, received_at: datetime) -> Iterator[Found]:
    try:
        value, warnings = _parsed(part.body, part.charset)
    except InvalidEvent as error:
        yield Refusal(error.reason, error.detail, kept(part.body))
        return
    for event, body in _events_of(value, part.body):
        for found in _from_value(event, body, received_at):
            yield found if isinstance(found, Refusal) else msgspec.structs.replace(found, warnings=warnings)


def _parsed(body: bytes, charset: str = "") -> tuple[Any, tuple[str, ...]]:
    """The document, and whether commas had to be put in to read it."""
    try:
        return json_document.parse(body, charset), ()
    except InvalidEvent as error:
        mended = _COMMA_MISSING.sub(rb"\1,\2", to_utf8(body[: json_document.MAX_COMMENTED_BYTES], charset)[0])
        if error.reason != "json_not_well_formed" or len(body) > json_document.MAX_COMMENTED_BYTES:
            raise
        try:
            return json_document.parse(mended), ("json_mended",)
        except InvalidEvent:
            raise error from None


def _events_of(value: Any, body: bytes) -> list[tuple[Any, bytes]]:
    """The events of a document, each with its own part of the payload."""
    parameters = value.get("params") if isinstance(value, dict) else None
    listed = parameters.get("eventList") if isinstance(parameters, dict) else None
    if listed is None and isinstance(value, dict):
        listed = _timed(value) if isinstance(value.get("Events"), list) else [value]
    items = listed if isinstance(listed, list) else value if isinstance(value, list) else [value]
    return [(items[0], body)] if len(items) == 1 else [(item, msgspec.json.encode(item)) for item in items]


def _timed(value: dict[str, Any]) -> list[Any]:
    """The events of a post that gives its local time once, for all of them."""
    return [
        {**event, "Data": {"LocaleTime": value.get("Time"), **event["Data"]}}
        if isinstance(event, dict) and isinstance(event.get("Data"), dict)
        else event
        for event in value["Events"]
    ]


def _from_value(event: Any, body: bytes, received_at: datetime) -> Iterator[Found]:
    try:
        fields = Node.from_json(event, body) if isinstance(event, dict) else Node()
    except InvalidEvent as error:
        yield Refusal(error.reason, error.detail, kept(body))
        return
    base = fields.node("EventBaseInfo") or fields
    code = base.text("Code")
    if code is not None:
        data = fields.node("Data") or fields
        yield Record(code, _action(base.text("Action")), base.text("Index"), data, body, received_at)
    elif fields.node("Picture"):
        yield Record(PUSHED, "pulse", fields.text("Channel"), fields.node("Picture"), body, received_at)
    elif (fields.text("Active") or "").lower() == "keepalive":
        yield Record("KeepAlive", "pulse", None, fields, body, received_at)
    else:
        detail = "a JSON document without Code, eventList or Picture: not an event of this format"
        yield Refusal("event_code_missing", detail, kept(body))


def _action(text: str | None) -> Action:
    return _ACTIONS.get((text or "").lower(), "pulse")


def kept(part: bytes) -> bytes:
    """What of a refused part may be kept: nothing where it seems to be about a person."""
    return b"" if ABOUT_PERSONS.search(part) else part

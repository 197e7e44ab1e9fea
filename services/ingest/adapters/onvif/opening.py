"""Finds the frames, notifications and sensor readings in a payload: XML, SOAP or JSON, one document or several."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.adapters.onvif.message import Message, deleted, from_dump, from_json, from_xml
from services.ingest.payload import xml_document
from services.ingest.payload.reading import Part, Payload, Refusal
from services.ingest.payload.tree import Node

CONTAINERS = frozenset(
    {
        "Envelope",
        "Body",
        "PullMessagesResponse",
        "Notify",
        "MetadataStream",
        "MetaDataStream",  # as published
        "VideoAnalytics",
        "Event",
    },
)
NOTIFICATIONS = frozenset({"NotificationMessage", "NotficationMessage"})  # as published
ROOTS = CONTAINERS | NOTIFICATIONS | {"Frame", "SensorData"}
# What an envelope or a stream of another service does not hold.
MARKS = (b"Frame", b"NotificationMessage", b"NotficationMessage", b"PullMessagesResponse", b"SensorData")
EVENT_TOPIC = "/onvif-ej/"
METADATA_TOPIC = "/onvif-mj/"
# Axis declares its prefix in each of its notifications; they are its own adapter's.
AXIS = b"tnsaxis"
# Milestone's AI Bridge names the stream a frame belongs to, which ONVIF does not.
MILESTONE = b"SourceStreamID"
# Nothing below carries events, and nobody sends more of them in one post.
MAX_FINDINGS = 512


class Piece(Struct, frozen=True):
    """A frame or sensor reading (`node`), what it came in, and what had to be tolerated to read it."""

    kind: Literal["frame", "sensor", "alive"]
    node: Node
    warnings: tuple[str, ...] = ()


Found = Piece | Message | Refusal


def is_onvif(part: Part, topic: str) -> bool:
    """Whether a part is in ONVIF's format, by its topic, root or first members; without parsing it."""
    if part.opening == b"<":
        root = part.xml_root
        if root not in ROOTS or AXIS in part.body or MILESTONE in part.body:
            return False
        return root not in {"Envelope", "Body", "Event", "Notify"} or any(mark in part.body for mark in MARKS)
    if not part.is_json:
        return is_over(part, topic)
    return EVENT_TOPIC in f"/{topic}" or METADATA_TOPIC in f"/{topic}" or _looks_onvif(part.names)


def is_over(part: Part, topic: str) -> bool:
    """Whether this is how ONVIF says over MQTT that a property is gone: nothing on its topic."""
    return not part.body and EVENT_TOPIC in f"/{topic}"


def _looks_onvif(names: set[str]) -> bool:
    if "@UtcTime" in names and ("Frame" in names or "SensorData" in names):
        return True
    return "UtcTime" in names and "Data" in names and ("Source" in names or "Key" in names)


def find(payload: Payload) -> list[Found]:
    """Everything in the payload, in order; a refusal for each document that cannot be understood."""
    found: list[Found] = []
    for part in payload.parts:
        if part.opening == b"<":
            for piece in xml_document.split(part.body):
                found.extend(_from_xml(piece, part.charset))
        elif part.is_json:
            found.extend(_from_json(part, payload.topic))
        elif is_over(part, payload.topic):
            found.append(deleted(payload.topic))
    if len(found) > MAX_FINDINGS:
        raise InvalidEvent("too_many_events", f"one post holds {len(found)} frames: the limit is {MAX_FINDINGS}")
    return found


def _from_xml(body: bytes, charset: str) -> list[Found]:
    try:
        document = xml_document.parse(body, charset, with_attributes=True)
    except InvalidEvent as error:
        return [Refusal(error.reason, error.detail, b"" if says_of_persons(body) else body)]
    warnings = ("text_damaged",) if document.is_damaged else ()
    found = list(_walk(document.name, document.fields, warnings))
    return found or [_nothing(body)]


def says_of_persons(body: bytes) -> bool:
    """Whether a document that nobody could read seems to be about a person: then it is not kept."""
    return b"HumanFace" in body or b"HumanBody" in body or b"Recognition/Face" in body


def _nothing(body: bytes) -> Refusal:
    return Refusal(
        "not_onvif",
        "an XML document without frame, notification or sensor reading: let the device send its metadata stream or "
        "event notifications",
        body,
    )


def _walk(name: str, node: Node, warnings: tuple[str, ...]) -> Iterator[Found]:
    if name == "Frame":
        yield Piece("frame", node, warnings)
    elif name == "SensorData":
        yield Piece("sensor", node, warnings)
    elif name in NOTIFICATIONS:
        yield from_xml(node, warnings)
    elif name == "Fault":
        detail = "the device answered with a SOAP fault instead of events: check its user and subscription"
        yield Refusal("soap_fault", detail, own_part(node))
    elif name in CONTAINERS:
        yield from _walk_inside(name, node, warnings)


def _walk_inside(name: str, node: Node, warnings: tuple[str, ...]) -> Iterator[Found]:
    is_empty = True
    for child in node.members:
        for value in node.values(child):
            for found in _walk(child, value if isinstance(value, Node) else Node(), warnings):
                is_empty = False
                yield found
    if is_empty and name in {"PullMessagesResponse", "MetadataStream", "MetaDataStream"}:
        # Nothing happened, and the device is there to say so.
        yield Piece("alive", node, warnings)


def _from_json(part: Part, topic: str) -> list[Found]:
    try:
        value = part.json()
        items = value if isinstance(value, list) else [value]
        return [found for item in items for found in _from_object(item, topic, part.body)]
    except InvalidEvent as error:
        return [Refusal(error.reason, error.detail, b"" if says_of_persons(part.body) else part.body)]


def _from_object(value: Any, topic: str, body: bytes) -> list[Found]:
    if not isinstance(value, dict):
        return [Refusal("not_onvif", "a JSON document that is no ONVIF frame or event", body)]
    node = Node.from_json(value, body)
    if "Topic" in node and "Message" in node:
        return [from_dump(node)]
    if "UtcTime" in node and ("Data" in node or "Source" in node or "Key" in node):
        return [from_json(node, topic)]
    found = list(_walk("MetadataStream", node, ()))
    if found and not (len(found) == 1 and isinstance(found[0], Piece) and found[0].kind == "alive"):
        return found
    return [Refusal("not_onvif", "a JSON document without ONVIF's Frame, SensorData, or UtcTime with Data", body)]


def own_part(*content: Node | Sequence[str] | str | None) -> bytes:
    """An event's own part of the payload: the same bytes for the same content, wherever it stood."""
    plain = [one.plain() if isinstance(one, Node) else one for one in content]
    return msgspec.json.encode(plain if len(plain) > 1 else plain[0])

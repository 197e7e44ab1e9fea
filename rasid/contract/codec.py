"""CloudEvents 1.0, in both forms: binary mode on Kafka, structured mode (one JSON object) for people and stores.

Source: CloudEvents 1.0.2, "Kafka Protocol Binding" 3.2 (binary content mode) and "JSON Event Format".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from rasid.contract.catalogue import BY_SCHEMA, NAMES, EventType
from rasid.contract.envelope import Event
from rasid.errors import InvalidEvent

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
REQUIRED = ("id", "source", "type", "time", "dataschema")

Headers = Iterable[tuple[str, bytes]]

_encoder = msgspec.json.Encoder()
_decoders = {schema: msgspec.json.Decoder(kind.data) for schema, kind in BY_SCHEMA.items()}


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it goes onto a topic. A tombstone has no value."""

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def encode(event: Event[Struct]) -> Message:
    """Put an event into Kafka's binary content mode."""
    kind = event.kind
    attributes = (
        ("specversion", SPEC_VERSION),
        ("id", event.id),
        ("source", event.source),
        ("type", kind.name),
        ("subject", kind.subject(event.data)),
        ("time", event.time),
        ("dataschema", kind.dataschema),
    )
    headers = (
        *((f"ce_{name}", value.encode()) for name, value in attributes),
        ("content-type", CONTENT_TYPE.encode()),
    )
    return Message(kind.topic.name, kind.key(event.data).encode(), _encoder.encode(event.data), headers)


def tombstone(kind: EventType, key: str) -> Message:
    """Erase the row `key` of a compacted topic."""
    return Message(kind.topic.name, key.encode(), None, ())


def event_type_of(headers: Headers) -> str | None:
    """The CloudEvents type in the headers, so that a consumer can pass over what it does not handle undecoded."""
    for name, value in headers:
        if name == "ce_type":
            return value.decode("utf-8", "replace")
    return None


def decode(headers: Headers, value: bytes | None) -> Event[Any]:
    """Read an event in Kafka's binary content mode; raises InvalidEvent with a reason that may label a metric."""
    attributes = _attributes(headers)
    kind = _kind(attributes)
    if value is None:
        raise InvalidEvent("no_value", "the record has headers of an event and no value")
    return Event(attributes["id"], attributes["source"], attributes["time"], _data(kind, value))


def to_structured(event: Event[Struct]) -> bytes:
    """Write an event as one JSON object in CloudEvents' structured mode, `data` inside."""
    kind = event.kind
    return _encoder.encode(
        {
            "specversion": SPEC_VERSION,
            "id": event.id,
            "source": event.source,
            "type": kind.name,
            "subject": kind.subject(event.data),
            "time": event.time,
            "dataschema": kind.dataschema,
            "datacontenttype": CONTENT_TYPE,
            "data": event.data,
        },
    )


def from_structured(text: bytes) -> Event[Any]:
    """Read what `to_structured` wrote; raises InvalidEvent."""
    try:
        body = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        attributes = {name: msgspec.json.decode(body[name], type=str) for name in REQUIRED if name in body}
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidEvent("not_json", f"the event is not a JSON object: {error}") from None
    kind = _kind(attributes)
    if "data" not in body:
        raise InvalidEvent("no_value", "the event has no data")
    return Event(attributes["id"], attributes["source"], attributes["time"], _data(kind, bytes(body["data"])))


def _attributes(headers: Headers) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, value in headers:
        if not name.startswith("ce_"):
            continue
        if name[3:] in attributes:
            raise InvalidEvent("header_twice", f"the header {name} occurs twice")
        try:
            attributes[name[3:]] = value.decode()
        except UnicodeDecodeError:
            raise InvalidEvent("header_not_text", f"the header {name} is not UTF-8") from None
    return attributes


def _kind(attributes: Mapping[str, str]) -> EventType:
    missing = [name for name in REQUIRED if not attributes.get(name)]
    if missing:
        raise InvalidEvent("attribute_missing", f"without the CloudEvents attribute {', '.join(missing)}")
    kind = BY_SCHEMA.get(attributes["dataschema"])
    if kind is None or kind.name != attributes["type"]:
        known = "version" if attributes["type"] in NAMES else "type"
        raise InvalidEvent("unknown_schema", f"this {known} of event is not in the contract")
    return kind


def _data(kind: EventType, value: bytes) -> Struct:
    try:
        return _decoders[kind.dataschema].decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidEvent("data_invalid", f"the data is not a {kind.name}: {error}") from None

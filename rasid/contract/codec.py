"""CloudEvents 1.0, in both forms: binary mode on Kafka, structured mode (one JSON object) for people and stores.

Source: CloudEvents 1.0.2, "Kafka Protocol Binding" 3.2 (binary content mode) and "JSON Event Format".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from rasid.contract.catalogue import BY_SCHEMA, NAMES, EventType
from rasid.contract.dates import date_check
from rasid.contract.envelope import Event
from rasid.contract.fields import canonical_time
from rasid.errors import InvalidEvent

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
REQUIRED = ("specversion", "id", "source", "type", "time", "dataschema")
# The headers of every event there is.
_ATTRIBUTES = {f"ce_{name}": name for name in (*REQUIRED, "subject")}

Headers = Iterable[tuple[str, bytes | None]]

# Every event there is goes through `encode`: what is the same for all of a type is made once.
_SPEC_HEADER = ("ce_specversion", SPEC_VERSION.encode())
_CONTENT_HEADER = ("content-type", CONTENT_TYPE.encode())
_OF_KIND = {
    kind.data: (
        kind.topic.name,
        kind.key,
        kind.subject,
        ("ce_type", kind.name.encode()),
        ("ce_dataschema", kind.dataschema.encode()),
    )
    for kind in BY_SCHEMA.values()
}
_encoder = msgspec.json.Encoder()
_decoding = {
    kind.data: (kind.name, msgspec.json.Decoder(kind.data), date_check(kind.data)) for kind in BY_SCHEMA.values()
}
# What decoding may raise on bytes of strangers; the last on brackets nested without end.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ENUM_VALUE = re.compile(r"(?<=^Invalid enum value).*?(?= - at `[^`]*`$|$)", re.DOTALL)


class Message(Struct, frozen=True):
    """An event as it goes onto a topic. A tombstone has no value."""

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def encode(event: Event[Struct]) -> Message:
    """Put an event into Kafka's binary content mode."""
    data = event.data
    topic, key_of, subject_of, of_type, of_schema = _OF_KIND[type(data)]
    key = key_of(data).encode()
    subject = key if subject_of is key_of else subject_of(data).encode()
    headers = (
        _SPEC_HEADER,
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        of_type,
        ("ce_subject", subject),
        ("ce_time", event.time.encode()),
        of_schema,
        _CONTENT_HEADER,
    )
    return Message(topic, key, _encoder.encode(data), headers)


def tombstone(kind: EventType, key: str) -> Message:
    """Erase the row `key` of a compacted topic."""
    return Message(kind.topic.name, key.encode(), None, ())


def event_type_of(headers: Headers) -> str | None:
    """The CloudEvents type in the headers, so that a consumer can pass over what it does not handle undecoded."""
    for name, value in headers:
        if name == "ce_type" and value is not None:
            return value.decode("utf-8", "replace")
    return None


def decode(headers: Headers, value: bytes | None) -> Event[Any]:
    """Read an event in Kafka's binary content mode; raises InvalidEvent with a reason that may label a metric."""
    attributes = _attributes(headers)
    kind = _kind(attributes)
    if value is None:
        raise InvalidEvent("no_value", "the record has headers of an event and no value")
    return _event(attributes, kind, value)


def check(event: Event[Struct], message: Message) -> None:
    """Raise InvalidEvent unless consumers can decode the data that `encode` wrote: bounds are kept on decoding only."""
    _data(type(event.data), message.value or b"")


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
    except _UNREADABLE as error:
        raise InvalidEvent("not_json", f"the event is not a JSON object: {_without_values(error)}") from None
    kind = _kind(attributes)
    if "data" not in body:
        raise InvalidEvent("no_value", "the event has no data")
    return _event(attributes, kind, bytes(body["data"]))


def _event(attributes: Mapping[str, str], kind: EventType, value: bytes) -> Event[Any]:
    try:
        time = canonical_time(attributes["time"])
    except ValueError:
        raise InvalidEvent("attribute_invalid", "the CloudEvents attribute time is no time with an offset") from None
    return Event(attributes["id"], attributes["source"], time, _data(kind.data, value))


def _attributes(headers: Headers) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for header, value in headers:
        name = _ATTRIBUTES.get(header) or _attribute(header)
        if name is None:
            continue
        if name in attributes:
            raise InvalidEvent("header_twice", f"the header {header} occurs twice")
        try:
            attributes[name] = "" if value is None else value.decode()
        except UnicodeDecodeError:
            raise InvalidEvent("header_not_text", f"the header {header} is not UTF-8") from None
    return attributes


def _attribute(header: str) -> str | None:
    """The attribute that a header of others holds, if it holds one."""
    return header[3:] if header.startswith("ce_") else None


def _kind(attributes: Mapping[str, str]) -> EventType:
    missing = [name for name in REQUIRED if not attributes.get(name)]
    if missing:
        raise InvalidEvent("attribute_missing", f"without the CloudEvents attribute {', '.join(missing)}")
    if attributes["specversion"] != SPEC_VERSION:
        raise InvalidEvent("attribute_invalid", f"the CloudEvents attribute specversion is not {SPEC_VERSION}")
    kind = BY_SCHEMA.get(attributes["dataschema"])
    if kind is None or kind.name != attributes["type"]:
        known = "version" if attributes["type"] in NAMES else "type"
        raise InvalidEvent("unknown_schema", f"this {known} of event is not in the contract")
    return kind


def _data(kind: type[Struct], value: bytes) -> Struct:
    name, decoder, check_dates = _decoding[kind]
    try:
        data = decoder.decode(value)
    except _UNREADABLE as error:
        raise InvalidEvent("data_invalid", f"the data is not a {name}: {_without_values(error)}") from None
    try:
        check_dates(data)
    except ValueError:
        raise InvalidEvent("data_invalid", f"the data is not a {name}: a time is not in the calendar") from None
    return data


def _without_values(error: Exception) -> str:
    """What is wrong and where, without the value that is: it may be a plate in the wrong place, and this is logged."""
    return _ENUM_VALUE.sub("", str(error))

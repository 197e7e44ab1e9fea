"""Our messages are CloudEvents to others, and theirs are to us. The official SDK is the judge."""

import json
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, from_structured_event, to_binary_event
from cloudevents.core.formats.json import JSONFormat
from msgspec import Struct

from rasid.contract.codec import CONTENT_TYPE, decode, encode, from_structured, to_structured
from rasid.contract.envelope import Event
from rasid.contract.fields import parse_utc
from tools.generate.examples import EXAMPLES

ALL = [pytest.param(event, id=name) for name, event in EXAMPLES.items()]


def as_theirs(event: Event[Struct], **more: bytes) -> KafkaMessage:
    message = encode(event)
    return KafkaMessage(headers=dict(message.headers) | more, key=message.key, value=message.value)


def data_of(event: Event[Struct]) -> Any:
    return json.loads(to_structured(event))["data"]


@pytest.mark.parametrize("event", ALL)
def test_the_sdk_reads_our_binary_message_complete(event: Event[Struct]):
    read = from_binary_event(as_theirs(event))
    assert (read.get_id(), read.get_source(), read.get_type()) == (event.id, event.source, event.type)
    assert (read.get_specversion(), read.get_dataschema()) == ("1.0", event.kind.dataschema)
    assert (read.get_subject(), read.get_datacontenttype()) == (event.subject, CONTENT_TYPE)
    assert read.get_time() == parse_utc(event.time)
    assert read.get_data() == data_of(event)
    assert read.get_extension("partitionkey") == event.key


@pytest.mark.parametrize("event", ALL)
def test_the_sdk_reads_our_structured_event_complete(event: Event[Struct]):
    headers = {"content-type": b"application/cloudevents+json"}
    read = from_structured_event(KafkaMessage(headers=headers, key=None, value=to_structured(event)))
    assert (read.get_id(), read.get_type(), read.get_data()) == (event.id, event.type, data_of(event))


@pytest.mark.parametrize("event", ALL)
def test_we_read_the_binary_message_the_sdk_writes(event: Event[Struct]):
    theirs = to_binary_event(from_binary_event(as_theirs(event)))
    assert theirs.headers["ce_time"] != event.time.encode()  # microseconds: another text for the same moment
    assert decode(theirs.headers.items(), theirs.value) == event


@pytest.mark.parametrize("event", ALL)
def test_we_read_the_structured_event_the_sdk_writes(event: Event[Struct]):
    assert from_structured(JSONFormat().write(from_binary_event(as_theirs(event)))) == event


def test_an_extension_such_as_traceparent_is_passed_over():
    event = EXAMPLES["plate.read.v1"]
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    message = as_theirs(event, ce_traceparent=trace)
    assert from_binary_event(message).get_extension("traceparent") == trace.decode()
    assert decode(message.headers.items(), message.value) == event
    theirs = to_binary_event(from_binary_event(message))
    assert decode(theirs.headers.items(), theirs.value) == event

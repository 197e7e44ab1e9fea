"""Whatever comes in any format: events or refusals, never an error, never slow, and never two events of one id."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.contract.codec import to_structured
from services.ingest.heartbeats import is_heartbeat
from tests.support.reading import settles
from tests.support.vendors import Example, all_examples

pytestmark = pytest.mark.timeout(300)
# The tests measure processor time themselves; a busy machine's wall clock says nothing.
patient = settings(deadline=None, max_examples=25)
EXAMPLES = all_examples()
every_example = pytest.mark.parametrize(("adapter", "example"), EXAMPLES.values(), ids=EXAMPLES)

DEEP = b"[" * 200 + b"]" * 200
# Values as JSON has them, and as texts of fields.
JSON_VALUES = (
    *(b"null", b"true", b"[]", b"{}", b'""', b"0", b"-1", b"1e999", b"NaN", b"0.5", b"18446744073709551616", b"1e308"),
    *(b'"NaN"', b'"1e999"', b'"18446744073709551616"', b'"0000-00-00T00:00:00Z"', b'"9999-12-31T23:59:59-12:00"'),
    *(b"-62135596800", b"253402300800000", b'["a"]', b'{"a": {"b": [1]}}', b"[[1, 2], [3]]", b'"\\ud800"'),
    *(b'"' + b"x" * 300 + b'"', DEEP),
)
TEXT_VALUES = (
    *(
        b"",
        b"NaN",
        b"1e999",
        b"-1",
        b"0",
        b"18446744073709551616",
        b"0000-00-00T00:00:00Z",
        b"9999-12-31T23:59:59-12:00",
    ),
    *(b"1970-01-01T00:00:00Z", b"253402300800000", b"<a><b>1</b></a>", "٤\u202e".encode(), b"\xff", b"x" * 300),
)
# A value in JSON or after `=`, and the text of an element or attribute.
JSON_VALUE = re.compile(rb'(?<=[:\[,=])\s*("(?:[^"\\]|\\.)*"|-?\d[\w.+-]*|true|false|null)')
TEXT_VALUE = re.compile(rb'>([^<>]*\w[^<>]*)<|="([^"<>]*)"')
MAX_VALUES = 80


def mutants(body: bytes) -> Iterator[bytes]:
    """The body with one of its values replaced, each by everything that devices and attackers write instead."""
    is_xml = body.lstrip()[:1] == b"<" or b"<?xml" in body[:2000]
    pattern, values = (TEXT_VALUE, TEXT_VALUES) if is_xml else (JSON_VALUE, JSON_VALUES)
    for found in list(pattern.finditer(body))[:MAX_VALUES]:
        start, end = found.span(found.lastindex or 0)
        for value in values:
            yield body[:start] + value + body[end:]


@every_example
def test_a_payload_cut_at_every_byte_is_read_or_refused(adapter: str, example: Example):
    for end in range(len(example.body)):
        settles(example.body[:end], example.content_type, topic=example.topic, adapter=adapter)
    for place in range(0, len(example.body), 7):
        settles(example.body[:place], example.content_type, topic=example.topic)
        settles(example.body[place:], "", topic=example.topic, adapter=adapter)


@every_example
def test_no_value_can_be_replaced_so_that_reading_fails_and_no_two_payloads_are_one_event(
    adapter: str, example: Example
):
    known: dict[str, dict] = {}
    for body in (example.body, *mutants(example.body)):
        result = settles(body, example.content_type, topic=example.topic, adapter=adapter, time_zone="Asia/Baghdad")
        for one in result.normalized:
            if is_heartbeat(one.event):
                continue  # its id is its minute's, before it is published
            said = json.loads(to_structured(one.event))
            said["data"].pop("images", None)  # they are parts of their own: an event is its document
            assert known.setdefault(one.event.id, said) == said


@every_example
@patient
@given(data=st.data())
def test_whatever_is_put_into_a_payload(data: st.DataObject, adapter: str, example: Example):
    body = example.body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 60)))
    filling = data.draw(st.one_of(st.binary(max_size=20), st.text(max_size=10).map(str.encode)))
    settles(body[:start] + filling + body[end:], example.content_type, topic=example.topic, adapter=adapter)


@every_example
@patient
@given(body=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)))
def test_whatever_bytes_are_sent_instead(body: bytes, adapter: str, example: Example):
    settles(body, example.content_type, topic=example.topic, adapter=adapter)

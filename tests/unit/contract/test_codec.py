"""What the codec writes, and what it refuses: a stranger's bytes become a reason, never an error of ours."""

import json
from typing import Any

import pytest

from rasid.contract.catalogue import BY_SCHEMA
from rasid.contract.codec import Message, decode, encode, event_type_of, from_structured, to_structured, tombstone
from rasid.contract.detections import PlateReadV1
from rasid.contract.envelope import Event
from rasid.errors import InvalidEvent
from rasid.testing.builders import case_state, plate_read
from tools.generate.examples import EXAMPLES

READ = plate_read("13A12345", track="7")


def with_headers(message: Message, **headers: bytes | None) -> list[tuple[str, bytes | None]]:
    """The message's headers with some replaced; None removes one."""
    changed = dict(message.headers) | {f"ce_{name}": value for name, value in headers.items()}
    return [(name, value) for name, value in changed.items() if value is not None]


def with_data(changes: dict[str, Any], event: Event[Any] = READ) -> bytes:
    message = encode(event)
    assert message.value is not None
    return json.dumps(json.loads(message.value) | changes).encode()


def refusal(headers: Any, value: bytes | None) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as raised:
        decode(headers, value)
    return raised.value


def test_an_event_goes_to_its_topic_under_its_key_with_its_attributes_as_headers():
    message = encode(READ)
    assert (message.topic, message.key) == ("rasid.detections.v1", b"cam-1")
    assert dict(message.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": READ.id.encode(),
        "ce_source": b"/ingest/hikvision/cam-1",
        "ce_type": b"plate.read",
        "ce_subject": b"cam-1",
        "ce_time": READ.time.encode(),
        "ce_dataschema": b"rasid:plate.read:1",
        "content-type": b"application/json",
    }
    assert json.loads(message.value or b"")["plate"]["text"] == "13A12345"


def test_a_plate_read_with_two_pictures_is_about_two_kilobytes():
    assert 1_500 < len(encode(EXAMPLES["plate.read.v1"]).value or b"") < 2_500


def test_a_tombstone_has_a_key_and_nothing_else():
    kind = BY_SCHEMA["rasid:case.state:1"]
    assert tombstone(kind, "case:case-1") == Message("rasid.cases.v1", b"case:case-1", None, ())
    assert tombstone(kind, case_state().key).key == encode(case_state()).key


def test_the_type_can_be_told_without_decoding():
    assert event_type_of(encode(READ).headers) == "plate.read"
    assert event_type_of([("ce_type", b"\xff")]) == "\ufffd"
    assert event_type_of([("ce_type", None), ("other", b"plate.read")]) is None


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "time", "dataschema"])
@pytest.mark.parametrize("value", [None, b""])
def test_an_attribute_that_is_missing_or_empty_is_named(attribute: str, value: bytes | None):
    message = encode(READ)
    error = refusal(with_headers(message, **{attribute: value}), message.value)
    assert error.reason == "attribute_missing"
    assert attribute in error.detail


def test_the_subject_and_the_content_type_may_be_missing():
    message = encode(READ)
    headers = [(name, value) for name, value in message.headers if name not in ("ce_subject", "content-type")]
    assert decode(headers, message.value) == READ


def test_an_attribute_twice_is_refused_and_another_header_twice_is_not():
    message = encode(READ)
    error = refusal([*message.headers, ("ce_id", b"another")], message.value)
    assert error.reason == "header_twice"
    assert decode([*message.headers, ("trace", b"1"), ("trace", b"2")], message.value) == READ


def test_a_header_that_is_no_text_is_refused():
    message = encode(READ)
    assert refusal(with_headers(message, source=b"/\xff"), message.value).reason == "header_not_text"


def test_a_header_without_a_value_is_a_missing_attribute():
    message = encode(READ)
    headers = [(name, None if name == "ce_source" else value) for name, value in message.headers]
    assert refusal(headers, message.value).reason == "attribute_missing"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"type": b"plate.guessed", "dataschema": b"rasid:plate.guessed:1"}, "type"),
        ({"dataschema": b"rasid:plate.read:2"}, "version"),
        ({"dataschema": b"rasid:vehicle.detected:1"}, "version"),
    ],
)
def test_what_is_not_in_the_contract_is_refused(headers: dict[str, bytes], said: str):
    message = encode(READ)
    error = refusal(with_headers(message, **headers), message.value)
    assert error.reason == "unknown_schema"
    assert said in error.detail


@pytest.mark.parametrize(
    "headers",
    [{"specversion": b"0.3"}, {"time": b"yesterday"}, {"time": b"2026-03-01T08:00:00"}, {"time": b"2026-02-30T08:00Z"}],
)
def test_an_attribute_that_says_nothing_is_refused(headers: dict[str, bytes]):
    message = encode(READ)
    assert refusal(with_headers(message, **headers), message.value).reason == "attribute_invalid"


@pytest.mark.parametrize("text", [b"2026-03-01T11:00:00.000000+03:00", b"2026-03-01T08:00:00Z"])
def test_the_same_moment_in_other_words_is_the_same_event(text: bytes):
    message = encode(READ)
    assert decode(with_headers(message, time=text), message.value) == READ


@pytest.mark.parametrize(
    "changes",
    [
        {"captured_at": "2026-13-01T00:00:00.000Z"},
        {"received_at": "2026-02-30T00:00:00.000Z"},
        {"captured_at": "2026-03-01T24:30:00.000Z"},
        {"captured_at": "0000-03-01T00:00:00.000Z"},
        {"captured_at": "2026-03-01T08:00:00.000Z\n"},
        {"captured_at": "٢٠٢٦-03-01T08:00:00.000Z"},
        {"captured_at": "2026-03-01T08:00:00Z"},
        {"camera_id": "cam-1\n"},
        {"camera_id": None},
        {"revision": 0.5},
        {"plate": {"raw": "x"}},
    ],
)
def test_data_that_is_not_of_its_type_is_refused(changes: dict[str, Any]):
    assert refusal(encode(READ).headers, with_data(changes)).reason == "data_invalid"


def test_a_time_deep_inside_is_looked_at_too():
    shared = [{"agency": "traffic", "until": "2026-02-30T00:00:00.000Z"}]
    error = refusal(encode(case_state()).headers, with_data({"shared_with": shared}, case_state()))
    assert error.reason == "data_invalid"
    error = refusal(encode(case_state()).headers, with_data({"closes_at": "2026-02-30T00:00:00.000Z"}, case_state()))
    assert error.reason == "data_invalid"
    assert decode(encode(case_state()).headers, with_data({"closes_at": None}, case_state())).data.closes_at is None


def test_a_refusal_says_where_and_never_what():
    plate = {"raw": "x", "text": "x", "script": "99Z98765"}
    error = refusal(encode(READ).headers, with_data({"plate": plate}))
    assert "$.plate.script" in error.detail
    assert "98765" not in str(error)
    tricky = refusal(encode(READ).headers, with_data({"phase": "it's 99Z98765' - at `$.x`"}))
    assert "98765" not in str(tricky)


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b'"\\ud800"'])
def test_bytes_that_are_no_data_are_refused(value: bytes):
    assert refusal(encode(READ).headers, value).reason == "data_invalid"


def test_brackets_without_end_are_refused():
    assert refusal(encode(READ).headers, b'{"raw":' + b"[" * 200_000).reason == "data_invalid"
    with pytest.raises(InvalidEvent, match="not_json"):
        from_structured(b'{"id":' + b"[" * 200_000)


def test_an_event_without_data_is_refused():
    assert refusal(encode(READ).headers, None).reason == "no_value"
    body = json.loads(to_structured(READ))
    del body["data"]
    with pytest.raises(InvalidEvent, match="no_value"):
        from_structured(json.dumps(body).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"nonsense", b'{"id": 7}', b"\xff", b'{"id": "\xff"}'])
def test_a_structured_event_that_is_no_object_of_texts_is_refused(text: bytes):
    with pytest.raises(InvalidEvent, match="not_json"):
        from_structured(text)


def test_a_field_nobody_knows_is_passed_over():
    assert decode(encode(READ).headers, with_data({"weather": {"rain": True}})) == READ


def test_what_is_missing_has_its_default():
    message = encode(READ)
    fields = json.loads(message.value or b"")
    bare = {name: fields[name] for name in PlateReadV1.__struct_fields__ if name in fields and name != "vehicle"}
    del bare["warnings"], bare["raw"], bare["images"]
    assert decode(message.headers, json.dumps(bare).encode()) == READ

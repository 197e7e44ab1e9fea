"""Whatever an event says comes back as it was said; whatever strangers send is an event or a reason, never an error."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from rasid.contract.catalogue import EVENT_TYPES, EventType
from rasid.contract.codec import decode, encode, event_type_of, from_structured, to_structured
from rasid.contract.envelope import Event
from rasid.contract.fields import UtcTime, canonical_time, parse_utc, utc_text
from rasid.errors import InvalidEvent
from tools.generate.examples import EXAMPLES

pytestmark = pytest.mark.timeout(300)
EXAMPLES_EACH = settings(deadline=None, max_examples=40)
MANY = settings(deadline=None, max_examples=300)
INT64 = 2**63 - 1
TIME = inspect.type_info(UtcTime)

moments = st.datetimes(timezones=st.just(UTC))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-INT64, INT64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=8,
)


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Everything a field of this type may hold."""
    return moments.map(utc_text) if kind == TIME else VALUES[type(kind)](kind)


def texts(kind: inspect.StrType) -> st.SearchStrategy[str]:
    return st.text(min_size=kind.min_length or 0) if kind.pattern is None else st.from_regex(kind.pattern)


def structs(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    return st.builds(kind.cls, **{field.name: values(field.type) for field in kind.fields})


VALUES: dict[type[inspect.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.AnyType: lambda _: json_values,
    inspect.BoolType: lambda _: st.booleans(),
    inspect.DictType: lambda kind: st.dictionaries(values(kind.key_type), values(kind.value_type), max_size=3),
    inspect.FloatType: lambda kind: st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False),
    inspect.IntType: lambda kind: st.integers(-INT64 if kind.ge is None else kind.ge, INT64),
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.Metadata: lambda kind: values(kind.type),
    inspect.NoneType: lambda _: st.none(),
    inspect.StrType: texts,
    inspect.StructType: structs,
    inspect.TupleType: lambda kind: st.tuples(*(values(item) for item in kind.item_types)),
    inspect.UnionType: lambda kind: st.one_of([values(one) for one in kind.types]),
    inspect.VarTupleType: lambda kind: st.lists(values(kind.item_type), max_size=3).map(tuple),
}


def events(kind: EventType) -> st.SearchStrategy[Event[Any]]:
    word = st.text(min_size=1)
    return st.builds(Event, id=word, source=word, time=moments.map(utc_text), data=values(inspect.type_info(kind.data)))


any_event = st.sampled_from(EVENT_TYPES).flatmap(events)
any_example = st.sampled_from(list(EXAMPLES.values()))
headers = st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=40)), max_size=6)


def read(some_headers: Any, value: bytes | None) -> Event[Any] | None:
    """The event, or None when it is refused with a reason that may label a metric."""
    try:
        return decode(some_headers, value)
    except InvalidEvent as error:
        assert error.reason.replace("_", "").isalpha()  # noqa: PT017 - the refusal is one of two right answers
        return None


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.name)
@EXAMPLES_EACH
@given(data=st.data())
def test_every_event_comes_back_as_it_was_sent(kind: EventType, data: st.DataObject):
    event = data.draw(events(kind))
    message = encode(event)
    assert decode(message.headers, message.value) == event
    assert from_structured(to_structured(event)) == event
    assert message.key == event.key.encode()


@MANY
@given(headers, st.none() | st.binary(max_size=200))
def test_strangers_records_are_refused_with_a_reason(some_headers: Any, value: bytes | None):
    event_type_of(some_headers)
    assert read(some_headers, value) is None


@MANY
@given(any_example, st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=3), st.integers(0))
def test_a_record_with_flipped_or_missing_bytes_is_an_event_or_refused(event: Any, flips: Any, cut: int):
    message = encode(event)
    value = bytearray(message.value or b"")
    for place, byte in flips:
        value[place % len(value)] = byte
    for spoilt in (bytes(value), bytes(value)[: cut % len(value)]):
        again = read(message.headers, spoilt)
        assert again is None or decode(encode(again).headers, encode(again).value) == again


@MANY
@given(any_example, st.data())
def test_a_record_with_strange_headers_is_an_event_or_refused(event: Any, data: st.DataObject):
    message = encode(event)
    changed = list(message.headers)
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] = (changed[place][0], data.draw(st.none() | st.binary(max_size=30) | st.text().map(str.encode)))
    again = read(changed + data.draw(headers), message.value)
    assert again is None or again.data == event.data


@MANY
@given(any_example, st.data())
def test_data_with_anything_in_one_place_is_an_event_or_refused(event: Any, data: st.DataObject):
    message = encode(event)
    fields = json.loads(message.value or b"")
    fields[data.draw(st.sampled_from(sorted(fields)))] = data.draw(json_values)
    again = read(message.headers, json.dumps(fields).encode())
    assert again is None or decode(message.headers, encode(again).value) == again


@MANY
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_what_lies_in_a_store_is_an_event_or_refused(text: bytes):
    with pytest.raises(InvalidEvent):
        from_structured(text)


@MANY
@given(any_event)
def test_one_event_has_one_text(event: Any):
    assert to_structured(from_structured(to_structured(event))) == to_structured(event)


@MANY
@given(st.datetimes(timezones=st.timezones()))
def test_a_time_is_written_in_24_characters_that_sort_as_times_do(moment: datetime):
    assume(datetime(1, 1, 3, tzinfo=UTC) < moment < datetime(9999, 12, 29, tzinfo=UTC))
    text = utc_text(moment)
    assert len(text) == 24
    assert canonical_time(text) == text
    assert math.isclose((moment - parse_utc(text)).total_seconds(), 0, abs_tol=0.001)
    assert parse_utc(text) <= moment


@MANY
@given(moments, moments)
def test_times_sort_as_their_texts_do(one: datetime, other: datetime):
    assert (utc_text(one) <= utc_text(other)) or one > other

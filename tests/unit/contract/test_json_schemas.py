"""The JSON Schemas and the decoder agree: both take the examples, both refuse what is spoilt."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from rasid.contract.catalogue import EVENT_TYPES
from rasid.contract.codec import from_structured
from rasid.errors import InvalidEvent
from tests.unit.contract.stored import SCHEMAS, by_stem, type_and_version

FILES = by_stem(SCHEMAS, ".schema.json")
EVENTS = by_stem(SCHEMAS / "examples", ".json")
OPEN = ("raw", "fields")  # objects whose names are not the contract's

Place = tuple[str | int, ...]


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(FILES[type_and_version(name)], format_checker=Draft202012Validator.FORMAT_CHECKER)


def decoder_takes(event: dict[str, Any], data: Any) -> bool:
    try:
        from_structured(msgspec.json.encode(event | {"data": data}))
    except InvalidEvent as error:
        assert error.reason == "data_invalid"  # noqa: PT017 - any other reason would be about the envelope
        return False
    return True


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where in the data the contract has something to say."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        if step not in OPEN:
            yield from places(item, (*at, step))


def get(data: Any, place: Place) -> Any:
    for step in place:
        data = data[step]
    return data


def with_value(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    changed = deepcopy(data)
    get(changed, place[:-1])[place[-1]] = value
    return changed


def spoilt(data: Any) -> Iterator[tuple[Place, Any]]:
    """The data with one thing wrong in it, in every place."""
    for place in places(data):
        value = get(data, place)
        for wrong in wrong_values(value):
            yield place, with_value(data, place, wrong)


def wrong_values(value: Any) -> list[Any]:
    match value:
        case bool():
            return [1, "true"]
        case str():
            return [17, {}, ["a"]]
        case float() | int():
            return ["1", [1], True]
        case None:
            return []  # what it may be instead is not in the value
    return [7, "text"]


def test_every_event_has_a_schema_and_there_is_no_other():
    assert set(FILES) == {f"{kind.name}.v{kind.version}" for kind in EVENT_TYPES}


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_itself_valid_and_complete_in_itself(name: str):
    schema = FILES[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    inside = json.dumps(schema)
    assert all(f'"#/$defs/{part}"' in inside for part in schema["$defs"])
    assert inside.count('"$ref": "') == inside.count('"$ref": "#/$defs/')


@pytest.mark.parametrize("name", FILES)
def test_everything_in_a_schema_is_described(name: str):
    schema = FILES[name]
    for part in (schema, *schema["$defs"].values()):
        assert part["description"]
        assert [field for field, about in part["properties"].items() if not about.get("description")] == []


@pytest.mark.parametrize("name", EVENTS)
def test_a_schema_takes_its_examples(name: str):
    validator(name).validate(EVENTS[name]["data"])
    assert EVENTS[name]["data"] in FILES[type_and_version(name)]["examples"]


@pytest.mark.parametrize("name", EVENTS)
def test_a_value_of_another_type_is_refused_by_both_wherever_it_is(name: str):
    event, schema = EVENTS[name], validator(name)
    taken = [
        (place, by)
        for place, data in spoilt(event["data"])
        for by, takes in (("the schema", schema.is_valid), ("the decoder", lambda data: decoder_takes(event, data)))
        if takes(data)
    ]
    assert taken == []


@pytest.mark.parametrize("name", EVENTS)
def test_a_required_field_that_is_missing_is_refused_by_both(name: str):
    event, schema = EVENTS[name], validator(name)
    for field in FILES[type_and_version(name)]["required"]:
        data = {key: value for key, value in event["data"].items() if key != field}
        assert not schema.is_valid(data), field
        assert not decoder_takes(event, data), field


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("camera_id",), "Bridge In"),
        (("camera_id",), ""),
        (("camera_id",), "a" * 65),
        (("captured_at",), "2026-11-24T06:15:30Z"),
        (("captured_at",), "2026-11-24T09:15:30.482+03:00"),
        (("captured_at",), "2026-13-24T06:15:30.482Z"),
        (("captured_at",), "2026-02-30T06:15:30.482Z"),
        (("captured_at",), "٢٠٢٦-11-24T06:15:30.482Z"),
        (("phase",), "begin"),
        (("revision",), -1),
        (("plate", "text"), ""),
        (("plate", "country"), "IRQ"),
        (("plate", "confidence"), 97),
        (("plate", "script"), "13A12345"),
        (("objects", 0, "class"), "car"),
        (("objects", 0, "box", "left"), -0.1),
        (("images", 0, "sha256"), "00"),
        (("vehicle", "speed_mps"), -1),
        (("vehicle", "heading_degrees"), 361),
        (("location", "latitude"), 91),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_both(place: Place, value: Any):
    event = EVENTS["plate.read.v1"]
    data = with_value(event["data"], place, value)
    assert not validator("plate.read.v1").is_valid(data)
    assert not decoder_takes(event, data)

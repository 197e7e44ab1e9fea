"""What was ever published can be read for ever."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rasid.contract.catalogue import BY_SCHEMA
from rasid.contract.codec import from_structured, to_structured
from rasid.contract.topics import SOURCES
from tests.unit.contract.compatibility import narrowings
from tests.unit.contract.stored import OLD, SCHEMAS, by_stem, type_and_version

RELEASES = sorted(path for path in OLD.iterdir() if path.is_dir())
EVENTS = [
    pytest.param(release, name, event, id=f"{release.name}/{name}")
    for release in RELEASES
    for name, event in by_stem(release / "examples", ".json").items()
]
OPEN = ("raw", "fields")  # objects whose names are not the contract's
TODAY = by_stem(SCHEMAS, ".schema.json")


def read(event: dict[str, Any], data: Any) -> Any:
    return from_structured(msgspec.json.encode(event | {"data": data})).data


def lost(old: Any, new: Any, path: str = "$") -> list[str]:
    """Where `new` does not say what `old` said; what it says beyond that is its own."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [place for name in old for place in lost(old[name], new.get(name), f"{path}.{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = zip(old, new, strict=True)
        return [place for one, other in pairs for place in lost(one, other, f"{path}[]")]
    return [] if old == new else [path]


def without_optional(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """The value with nothing in it that its schema does not require."""
    if "$ref" in schema:
        return without_optional(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    return {name: without_optional(value[name], schema["properties"][name], root) for name in schema["required"]}


def with_unknown(value: Any) -> Any:
    """The value with a field that nobody knows in every object, as a later version would send it."""
    if isinstance(value, list):
        return [with_unknown(item) for item in value]
    if isinstance(value, dict):
        known = {name: item if name in OPEN else with_unknown(item) for name, item in value.items()}
        return known | {"of_a_later_version": [1, {"a": None}]}
    return value


def test_there_are_events_of_every_release():
    assert RELEASES
    assert all(by_stem(release / "examples", ".json") for release in RELEASES)
    assert all(by_stem(release, ".schema.json") for release in RELEASES)


@pytest.mark.parametrize(("release", "name", "event"), EVENTS)
def test_an_old_event_says_what_it_said(release: Path, name: str, event: dict[str, Any]):
    again = json.loads(to_structured(from_structured(msgspec.json.encode(event))))
    assert lost(event, again) == []


@pytest.mark.parametrize(("release", "name", "event"), EVENTS)
def test_an_event_with_only_what_was_required_then_is_read_with_the_defaults_of_then(
    release: Path, name: str, event: dict[str, Any]
):
    schema = by_stem(release, ".schema.json")[type_and_version(name)]
    bare = without_optional(event["data"], schema, schema)
    data = json.loads(msgspec.json.encode(read(event, bare)))
    assert {field: data[field] for field in schema["properties"] if field not in bare} == {
        field: described["default"] for field, described in schema["properties"].items() if field not in bare
    }


@pytest.mark.parametrize(("release", "name", "event"), EVENTS)
def test_fields_of_a_later_version_are_passed_over(release: Path, name: str, event: dict[str, Any]):
    assert read(event, with_unknown(event["data"])) == read(event, event["data"])


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_nothing_published_was_removed_renamed_or_narrowed(release: Path):
    found = {
        name: narrowings(schema, TODAY[name]) if name in TODAY else ["this version of the event is gone"]
        for name, schema in by_stem(release, ".schema.json").items()
    }
    assert {name: changes for name, changes in found.items() if changes} == {}


@pytest.mark.parametrize(("release", "name", "event"), EVENTS)
def test_an_old_event_lies_where_it_lay(release: Path, name: str, event: dict[str, Any]):
    kind = BY_SCHEMA[event["dataschema"]]
    assert kind.topic in SOURCES
    assert from_structured(msgspec.json.encode(event)).subject == event["subject"]

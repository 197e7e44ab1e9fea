"""The examples are true: they can be read, and they say what the platform would say."""

import json
from typing import Any

import pytest
from msgspec import Struct

from rasid.contract.catalogue import EVENT_TYPES
from rasid.contract.codec import decode, encode, from_structured, to_structured
from rasid.contract.detections import PlateReadV1
from rasid.contract.envelope import Event
from rasid.contract.event_ids import alert_id, evidence_id
from rasid.plates import countries
from rasid.plates.normalize import read_plate
from tests.unit.contract.stored import SCHEMAS, by_stem
from tools.generate.examples import EXAMPLES, alerts, evidence, examples_of

ALL = [pytest.param(event, id=name) for name, event in EXAMPLES.items()]
FILES = by_stem(SCHEMAS / "examples", ".json")
PLATES = [pytest.param(event.data.plate, id=name) for name, event in EXAMPLES.items() if event.type == "plate.read"]


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.dataschema)
def test_every_event_has_an_example(kind: Any):
    names = list(examples_of(kind.dataschema))
    assert names
    assert names[0] == f"{kind.name}.v{kind.version}"
    assert all(name.startswith(names[0]) for name in names)


@pytest.mark.parametrize("event", ALL)
def test_an_example_survives_the_way_over_kafka(event: Event[Struct]):
    message = encode(event)
    assert decode(message.headers, message.value) == event
    assert (message.topic, message.key.decode()) == (event.topic, event.key)


@pytest.mark.parametrize("event", ALL)
def test_an_example_survives_the_way_through_a_store(event: Event[Struct]):
    assert from_structured(to_structured(event)) == event


@pytest.mark.parametrize("name", FILES)
def test_a_stored_example_is_a_whole_cloud_event(name: str):
    stored = FILES[name]
    assert from_structured(json.dumps(stored).encode()) == EXAMPLES[name]
    assert set(stored) == {
        *("specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype", "data"),
    }


def test_no_two_examples_are_one_event():
    assert len({event.id for event in EXAMPLES.values()}) == len(EXAMPLES)


@pytest.mark.parametrize("plate", PLATES)
def test_the_plates_are_written_as_ingest_writes_them(plate: Any):
    read = read_plate(plate.raw)
    assert (read.text, read.script) == (plate.text, plate.script)
    parsed = countries.parse(plate.text, plate.country)
    assert (parsed.fields, parsed.region) == (plate.fields, plate.region)


def test_plates_of_both_countries_and_both_scripts_are_among_them():
    plates = [event.data.plate for event in EXAMPLES.values() if isinstance(event.data, PlateReadV1)]
    assert {plate.country for plate in plates} == {"IQ", "DZ"}
    assert {plate.script for plate in plates} == {"latin", "arabic"}


def test_the_alert_of_the_story_is_of_the_read_of_the_story():
    raised = EXAMPLES["alert.raised.v1"].data
    read = EXAMPLES["plate.read.v1"]
    assert raised.detection_id == read.id
    assert raised.alert_id == alerts.ALERT == alert_id(raised.entry_id, read.data.sighting_id)
    assert raised.images == read.data.images


def test_the_clip_of_the_story_is_of_the_alert_of_the_story_and_around_its_read():
    raised, asked, stored = (
        EXAMPLES[f"{name}.v1"].data for name in ("alert.raised", "evidence.requested", "evidence.stored")
    )
    assert asked.evidence_id == stored.evidence_id == evidence.CLIP == evidence_id(raised.alert_id, raised.camera_id)
    assert asked.from_at < raised.captured_at < asked.to_at
    assert (stored.from_at, stored.to_at, stored.agency) == (asked.from_at, asked.to_at, asked.agency)


def test_what_happens_to_the_clip_of_the_story_happens_in_the_order_of_its_versions():
    steps = [EXAMPLES[f"evidence.{name}.v1"] for name in ("stored", "held", "released", "erased")]
    assert [step.data.version for step in steps] == [1, 2, 3, 4]
    assert [step.time for step in steps] == sorted(step.time for step in steps)

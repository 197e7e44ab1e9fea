"""What Frigate's own documentation shows, and what its API gave Home Assistant: facts about the published samples."""

import json

import pytest

from tests.support.reading import one_event, read
from tests.support.samples import files_of, needs_samples

pytestmark = needs_samples

FILES = files_of("frigate")
TRACK = "1607123955.475377-mxklsc"
EVENTS = {
    # file: what it becomes, how many claims about persons it makes
    "doc_2021-09_v0.9_events.jsonc": (["person.detected"], 0),
    "doc_2024-06_v0.15dev_events.jsonc": (["person.detected"], 1),
    "doc_2025-08_v0.16_events.jsonc": (["person.detected", "plate.read"], 1),
    "doc_events_update.jsonc": (["person.detected", "plate.read"], 1),
}
UPDATES = {
    "doc_tou_classification_sublabel.json": ("object.detected", {"identification": 1}),
    "doc_tou_face.jsonc": ("face.detected", {"identification": 1}),
    "doc_tou_lpr.jsonc": ("plate.read", {"identification": 1}),
}
OTHERS = {"doc_reviews_update.jsonc", "hass_events_front_door.json"}


def sample(name: str) -> bytes:
    return FILES[name].read_bytes()


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*EVENTS, *UPDATES, *OTHERS}


@pytest.mark.parametrize("name", EVENTS)
def test_a_documented_event_gives_what_it_holds_after(name):
    types, claims = EVENTS[name]
    result = read(sample(name))
    assert result.refusals == ()
    assert [one.event.type for one in result.normalized] == types
    assert result.dropped.get("identification", 0) == claims
    data = result.normalized[0].event.data
    assert (data.captured_at, data.vendor_time) == ("2020-12-04T23:19:22.082Z", "1607123962.082975")
    assert (data.vendor.track_id, data.vendor.channel, data.phase) == (TRACK, "front_door", "update")
    assert data.revision == 6607
    person = data.objects[0]
    assert (person.klass, person.confidence, person.box) == ("person", 0.878906, None)
    assert data.raw["box"]["values"] == [432.0, 496.0, 544.0, 854.0]
    assert data.raw["entered_zones"] == ["yard", "driveway"]
    assert "frame_size_unknown" in data.warnings
    assert "John" not in str(result.normalized)


@pytest.mark.parametrize("name", ["doc_2025-08_v0.16_events.jsonc", "doc_events_update.jsonc"])
def test_a_documented_plate_is_read_with_its_score_and_a_speed_without_unit_stays_raw(name):
    read_, plate = (one.event.data for one in read(sample(name)).normalized)
    assert (plate.plate.text, plate.plate.confidence) == ("ABC12345", 0.933451)
    assert (plate.vehicle.speed_mps, plate.raw["current_estimated_speed"]) == (None, 0.77)
    assert plate.sighting_id == read_.sighting_id


@pytest.mark.parametrize("name", UPDATES)
def test_a_documented_update_joins_the_events_sighting_and_names_nobody(name):
    type_name, dropped = UPDATES[name]
    result = read(sample(name))
    (one,) = result.normalized
    assert (one.event.type, result.dropped) == (type_name, dropped)
    assert one.event.data.captured_at == "2020-12-04T23:19:18.748Z"
    assert one.event.data.vendor.track_id == TRACK
    assert not any(name in str(one.event.data) for name in ("John", "delivery_person"))


def test_the_documented_plate_update():
    data = one_event(sample("doc_tou_lpr.jsonc")).data
    assert (data.plate.text, data.plate.confidence, data.vendor.channel) == ("123ABC", 0.95, "driveway_cam")
    assert (data.plate.box, data.raw["box"]["values"]) == (None, [917.0, 487.0, 1029.0, 529.0])


def test_the_documented_review_groups_its_events_and_names_nobody():
    made = one_event(sample("doc_reviews_update.jsonc"))
    data = made.data
    assert (made.type, data.rule.name, data.rule.state) == ("rule.triggered", "review alert", "start")
    assert (data.captured_at, data.vendor.event_id) == ("2024-06-21T16:25:29.308Z", "1718987129.308396-fqk5ka")
    assert [(one.klass, one.class_raw) for one in data.objects] == [("person", "person"), ("vehicle", "car")]
    assert len(data.raw["detections"]) == 3
    assert (data.raw["zones"], "Bob" in str(data)) == (["front_yard"], False)
    assert "camera_identification_dropped" in data.warnings


def test_the_apis_list_gives_an_event_for_each_of_its_items():
    body = sample("hass_events_front_door.json")
    result = read(body)
    assert result.refusals == ()
    made = [one.event for one in result.normalized]
    assert len(made) == len(json.loads(body)) == 50
    assert {one.type for one in made} == {"person.detected"}
    first = made[0].data
    assert (first.captured_at, first.phase) == ("2021-06-11T23:36:23.525Z", "end")
    assert (first.objects[0].confidence, first.vendor.track_id) == (0.720703, "1623454583.525913-y14xk9")
    assert len({one.data.sighting_id for one in made}) == 50


@pytest.mark.parametrize("name", FILES)
def test_every_field_of_the_samples_is_known(name):
    assert read(sample(name)).unknown_fields == 0

"""What devices of real users sent, anonymised: facts about the published samples."""

import pytest

from rasid.contract.fields import Box
from tests.support.reading import one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples

pytestmark = needs_samples

FILES = files_of("unifi_protect")
ONE_EVENT = {
    # file: type, time
    "alarm_manager_webhook_vehicle.json": ("rule.triggered", "2025-05-15T09:39:32.418Z"),
    "event_disconnect.json": ("device.disconnected", "2021-12-23T21:03:20.462Z"),
    "event_motion.json": ("rule.triggered", "2022-01-23T20:31:08.951Z"),
    "event_smartDetectZone.json": ("person.detected", "2022-01-23T20:48:48.482Z"),
    "event_smart_track.json": ("plate.read", "2025-11-22T13:16:27.975Z"),
    "ws_package_born_closed_update.json": ("object.detected", "2025-01-01T00:06:40.000Z"),
}
REFUSED = "event_fingerprintIdentified.json"
LIFECYCLE = "ws_smartdetect_lifecycle.json"


def one(name: str):
    return one_event(FILES[name].read_bytes())


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*ONE_EVENT, REFUSED, LIFECYCLE}


@pytest.mark.parametrize("name", ONE_EVENT)
def test_a_published_document_gives_its_event(name):
    made = one(name)
    assert (made.type, made.data.captured_at) == ONE_EVENT[name]


def test_the_track_of_a_car():
    data = one("event_smart_track.json").data
    assert (data.plate.raw, data.plate.text, data.plate.confidence) == ("WWH336E", "WWH336E", None)
    assert (data.vehicle.kind, data.vehicle.color) == ("car", "white")
    assert data.vehicle.box == Box(0.916, 0.54, 0.999, 0.793)
    assert (data.vendor.track_id, data.raw["places"], data.revision) == ("15915", 106, 11100)
    assert data.objects[0].confidence == 0.86


def test_the_alarm_and_what_set_it_off():
    data = one("alarm_manager_webhook_vehicle.json").data
    assert (data.rule.name, data.rule.kind, data.objects[0].klass) == ("test-auto", "zone_intrusion", "vehicle")
    assert (data.vendor.device_serial, data.vendor.event_id) == ("68D79AE5ABE9", "6825b65401986503e417318f")


def test_the_lost_connection_says_why():
    assert one("event_disconnect.json").data.reason == "CONNECTION_LOSS"


def test_the_person_and_the_motion():
    person, motion = one("event_smartDetectZone.json").data, one("event_motion.json").data
    assert (person.objects[0].confidence, person.revision, person.phase) == (0.95, 35508, "end")
    assert (motion.rule.kind, motion.revision, motion.objects) == ("motion", 21166, ())


def test_the_package_that_was_born_closed():
    data = one("ws_package_born_closed_update.json").data
    assert (data.objects[0].class_raw, data.phase, data.revision) == ("package", "end", 6000)


def test_the_life_of_an_event_without_what_was_sent_again():
    made = [found.event for found in read(FILES[LIFECYCLE].read_bytes()).normalized]
    assert [(found.type, found.data.phase) for found in made] == [
        ("person.detected", "new"),
        ("person.detected", "update"),
        ("vehicle.detected", "update"),
        ("person.detected", "end"),
        ("vehicle.detected", "end"),
    ]
    assert len({found.data.sighting_id for found in made}) == 1
    assert [found.data.revision for found in made] == [0, 2, 2, 10000, 10000]


def test_a_fingerprint_is_refused_and_nothing_of_it_is_kept():
    refusal = one_refusal(FILES[REFUSED].read_bytes())
    assert refusal.reason == "person_event_refused"
    assert b"0ef32f28" not in refusal.part


@pytest.mark.parametrize("name", FILES)
def test_every_field_of_the_samples_is_known(name):
    assert read(FILES[name].read_bytes()).unknown_fields == 0

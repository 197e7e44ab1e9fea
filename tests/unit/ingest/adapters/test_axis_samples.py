"""What Axis publishes: facts about the samples, which are read in place and never copied."""

import pytest

from rasid.contract.fields import Box, Location
from tests.support.reading import one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples

FILES = files_of("axis")

pytestmark = needs_samples

READS = {
    "alpv_event_allplates.xml": ("II04458", "PT", "PRT", None, None, "new", "1139066", "2021-05-20T11:54:21.894Z"),
    "alpv_event_new.xml": ("WR6677", "DK", "DNK", None, None, "new", "4", "2024-03-14T18:08:51.293Z"),
    "alpv_push_http_HWR6677.json": (
        *("HWR6677", "DE", "DEU", 0.73721, None, "update", "54950"),
        "2023-12-11T12:27:05.507Z",
    ),
    "ff_push_tcp_CA2228AM.json": (
        *("CA2228AM", "UA", "UKR", 0.708942, None, "new", "521893"),
        "2021-12-08T10:58:54.132Z",
    ),
    "parkpow_alpv_event.json": (
        *("RLE11684", "PL", "POL", 0.719034, None, "end", "1144696"),
        "2021-06-11T10:05:38.252Z",
    ),
}
OTHERS = {
    "alpv_event_allow_list.xml",
    "alpv_heartbeat_singlequotes.txt",
    "aoa_mqtt_event_human.json",
    "datahub_object_track.json",
    "messagebroker_frame_multi.json",
    "publisher_acap_lpv_doc.txt",
}


def sample(name: str) -> bytes:
    return FILES[name].read_bytes()


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*READS, *OTHERS}


@pytest.mark.parametrize("name", READS)
def test_a_published_read_gives_the_plate_it_holds(name):
    data = one_event(sample(name)).data
    plate = data.plate
    found = (plate.text, plate.country, plate.country_raw, plate.confidence, data.vehicle.direction, data.phase)
    assert (*found, data.vendor.track_id, data.captured_at) == READS[name]
    assert data.time_quality.source == "vendor_utc"
    assert plate.box is None
    assert data.raw["box"]["space"] == "xywh_pixels"
    assert "frame_size_unknown" in data.warnings


def test_the_published_vehicles_are_told_on_the_scale_of_their_version():
    old = one_event(sample("ff_push_tcp_CA2228AM.json")).data
    assert (old.vehicle.make, old.vehicle.model, old.vehicle.color) == ("Opel", "Astra G", "silver")
    assert old.vehicle.confidence == 0.96658
    assert old.location == Location(50.418114, 30.476213)
    new = one_event(sample("alpv_push_http_HWR6677.json")).data
    assert (new.vehicle.kind, new.vehicle.color, new.vehicle.confidence) == ("car", "black", None)
    assert (new.vendor.device_serial, new.vendor.channel) == ("ACCC8EBFB452", None)
    assert new.raw["local_time"] == "20231211 142705507"


def test_the_published_list_event_is_a_rule_without_a_plate():
    event = one_event(sample("alpv_event_allow_list.xml"))
    assert (event.type, event.data.rule.kind, event.data.rule.state) == ("rule.triggered", "other", "start")
    assert event.data.captured_at == "2023-12-08T12:21:16.999Z"


def test_the_published_heartbeat_is_read_though_it_is_no_json():
    health = one_event(sample("alpv_heartbeat_singlequotes.txt")).data.health
    assert (health.component, health.state, health.code) == ("heartbeat", "ok", "ALPV 2.7.1")


def test_the_published_scenario_tells_who_triggered_it():
    data = one_event(sample("aoa_mqtt_event_human.json")).data
    assert (data.rule.kind, data.rule.name, data.rule.state) == ("other", "Device1ScenarioANY", "start")
    assert (data.objects[0].klass, data.objects[0].object_id) == ("person", "4240")
    assert (data.captured_at, data.vendor.device_serial) == ("2025-10-17T08:28:04.528Z", "B8A44F9EED3B")


def test_the_published_frame_gives_each_of_its_objects():
    events = [one.event for one in read(sample("messagebroker_frame_multi.json")).normalized]
    assert [(event.type, event.data.vendor.track_id) for event in events] == [
        ("vehicle.detected", "25"),
        ("object.detected", "26"),
        ("person.detected", "37"),
        ("object.detected", "46"),
        ("object.detected", "48"),
    ]
    car, nameless, person, *_ = (event.data for event in events)
    assert (car.vehicle.kind, car.objects[0].confidence) == ("car", 0.74)
    assert car.objects[0].box == Box(0.4396, 0.4234, 0.7661, 0.7413)
    assert (nameless.objects[0].klass, nameless.objects[0].confidence) == ("unknown", None)
    assert person.objects[0].confidence == 0.75
    assert {event.data.captured_at for event in events} == {"2024-02-14T15:37:21.040Z"}


def test_the_published_track_is_told_at_its_end_by_its_likeliest_class():
    data = one_event(sample("datahub_object_track.json")).data
    assert (data.vehicle.kind, data.vehicle.color, data.vehicle.confidence) == ("truck", "blue", 0.4848)
    assert (data.phase, data.captured_at) == ("end", "2026-03-20T10:17:48.024Z")
    assert data.objects[0].box == Box(0.9833, 0.5598, 0.999, 0.6446)
    assert [name for name, _ in data.raw["classes"]] == ["Truck", "Car", "Bus", "VehicleOther"]
    assert "picture_not_an_image" in data.warnings


def test_documentation_that_is_no_json_is_refused():
    assert one_refusal(sample("publisher_acap_lpv_doc.txt")).reason == "format_unknown"


@pytest.mark.parametrize("name", [*READS, *(OTHERS - {"publisher_acap_lpv_doc.txt"})])
def test_every_field_of_the_samples_is_known(name):
    assert read(sample(name)).unknown_fields == 0

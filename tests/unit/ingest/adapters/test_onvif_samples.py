"""What ONVIF publishes and its devices send: facts about the samples, which are read in place and never copied."""

import pytest

from rasid.contract.fields import Box
from tests.support.reading import one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples

FILES = files_of("onvif")
DUMPS = files_of("onvif_events_pyzeep")
PIXELS = Box(0.03125, 0.833333, 0.15625, 0.9375)

pytestmark = needs_samples

# Type of event, class in our words, the vendor's, how sure, and where.
SEEN = {
    "spec_color_cluster_rgb.xml": ("object.detected", "unknown", None, None, PIXELS),
    "spec_label_iso7010.xml": ("object.detected", "other", "ISO_7010 W011", 0.7, None),
    "spec_mqtt_frame.json": ("person.detected", "person", "Human", 0.8, PIXELS),
    "spec_mqtt_source_frame.xml": ("person.detected", "person", "Human", 0.8, PIXELS),
    "spec_shape_polygon.xml": ("object.detected", "unknown", None, None, PIXELS),
    "spec_spherical.xml": ("object.detected", "unknown", None, None, None),
    "spec_vehicleinfo.xml": ("vehicle.detected", "vehicle", None, None, None),
}
REFUSED = {
    "spec_direction_malformed.xml": "xml_not_well_formed",
    "spec_frames_object_tracking.xml": "format_unknown",
    "spec_mqtt_topic.txt": "format_unknown",
    "spec_notification_1.xml": "topic_not_taken",
}
OTHERS = {
    "metadata_dahua_plate_DKL70.xml",
    "spec_licenseplateinfo.xml",
    "spec_metadatastream_motion_event.xml",
    "spec_mqtt_event_linecrossed.json",
    "spec_mqtt_sensor_temperature.json",
    "spec_notification_2.xml",
    "spec_pullmessages_response.xml",
    "spec_sensordata_stream.xml",
    "spec_streaming_two_documents.xml",
    "spec_vehicle_plate_parent.xml",
}


def sample(name: str) -> bytes:
    return FILES[name].read_bytes()


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*SEEN, *REFUSED, *OTHERS}
    assert set(DUMPS) == set(DUMPED)


@pytest.mark.parametrize("name", SEEN)
def test_a_published_frame_gives_the_object_it_holds(name):
    event = one_event(sample(name))
    (thing,) = event.data.objects
    assert (event.type, thing.klass, thing.class_raw, thing.confidence, thing.box) == SEEN[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_event_is_refused(name):
    assert one_refusal(sample(name)).reason == REFUSED[name]


def test_the_same_person_in_xml_and_in_json_is_told_alike_and_without_what_was_said_about_him():
    for name in ("spec_mqtt_frame.json", "spec_mqtt_source_frame.xml"):
        event = one_event(sample(name))
        assert event.data.objects[0].color == ("white", "blue")
        assert event.data.captured_at == "2021-10-05T15:13:27.321Z"
        assert "attribute_dropped" in event.data.warnings
        assert read(sample(name)).dropped == {"attribute": 2}


def test_the_published_plates_are_read_with_what_is_said_of_them():
    specified = one_event(sample("spec_licenseplateinfo.xml")).data
    plate = specified.plate
    assert (plate.text, plate.country, plate.confidence, plate.plate_type) == ("6DZG261", "US", 0.9, "Normal")
    assert specified.raw["issuing_entity"] == "California"
    dahua = one_event(sample("metadata_dahua_plate_DKL70.xml")).data
    assert (dahua.plate.text, dahua.plate.country, dahua.plate.country_raw) == ("DKL70", "DE", "DEU")
    assert (dahua.plate.color, dahua.plate.confidence, dahua.plate.box) == ("white", None, None)
    assert (dahua.vehicle.kind, dahua.vehicle.make, dahua.vehicle.color) == ("car", "Audi", "gray")
    # Nobody says in what unit.
    assert (dahua.vehicle.speed_mps, dahua.raw["vehicle_speed"]) == (None, "42")
    assert "picture_not_an_image" in dahua.warnings


def test_the_published_vehicle_and_its_plate_are_one_sighting_though_they_come_in_two_frames():
    vehicle, plate = (one.event.data for one in read(sample("spec_vehicle_plate_parent.xml")).normalized)
    assert vehicle.sighting_id == plate.sighting_id
    assert (vehicle.phase, plate.phase) == ("new", "update")
    assert plate.revision - vehicle.revision == 400
    assert vehicle.vehicle.box == Box(0.03125, 0.625, 0.15625, 0.9375)
    assert plate.objects[0].parent_id == "12"


@pytest.mark.parametrize(
    ("name", "rule", "at"),
    [
        (
            "spec_metadatastream_motion_event.xml",
            ("motion", "MotionInDefinedCells", "start"),
            "2010-10-20T12:24:57.628Z",
        ),
        ("spec_mqtt_event_linecrossed.json", ("other", "MyImportantFence1", "pulse"), "2008-10-10T12:24:57.321Z"),
        ("spec_notification_2.xml", ("zone_intrusion", "myImportantField", "stop"), None),
    ],
)
def test_a_published_event_gives_the_rule_that_fired(name, rule, at):
    data = one_event(sample(name)).data
    assert (data.rule.kind, data.rule.name, data.rule.state) == rule
    assert at in {None, data.captured_at}
    assert data.is_replay == (name == "spec_notification_2.xml")


def test_the_published_event_over_mqtt_is_what_its_topic_says():
    topic = "MyDevice/onvif-ej/RuleEngine/LineDetector/Crossed/&1/2/MyImportantFence1"
    data = one_event(sample("spec_mqtt_event_linecrossed.json"), topic=topic, is_retained=True).data
    assert (data.rule.kind, data.vendor.topic) == ("line_crossed", "RuleEngine/LineDetector/Crossed")
    assert data.is_replay
    assert data.objects[0].object_id == "15"


def test_the_published_pull_gives_both_crossings():
    events = [one.event for one in read(sample("spec_pullmessages_response.xml")).normalized]
    assert [event.data.rule.kind for event in events] == ["line_crossed"] * 2
    assert [event.data.rule.name for event in events] == ["MyImportantFence1", "MyImportantFence2"]
    assert [event.data.objects[0].object_id for event in events] == ["15", "19"]


def test_the_published_temperatures_keep_their_value_and_get_no_unit():
    xml = read(sample("spec_sensordata_stream.xml"))
    (warm,) = xml.normalized
    assert (warm.event.data.health.component, warm.event.data.health.value) == ("temperature", 28.65)
    assert warm.event.data.health.unit is None
    assert [refusal.reason for refusal in xml.refusals] == ["sensor_not_taken"] * 2
    assert one_event(sample("spec_mqtt_sensor_temperature.json")).data.health.value == 298.65


def test_of_two_published_documents_the_empty_frames_are_a_heartbeat_and_the_rest_is_refused():
    result = read(sample("spec_streaming_two_documents.xml"))
    (alive,) = result.normalized
    assert alive.event.data.health.component == "heartbeat"
    assert [refusal.reason for refusal in result.refusals] == ["topic_missing"]


def test_the_published_tracking_is_read_once_its_elisions_are_gone():
    text = sample("spec_frames_object_tracking.xml").replace(b"...", b"")
    events = [one.event.data for one in read(text).normalized]
    assert [(data.vendor.track_id, data.phase) for data in events] == [
        ("12", "new"),
        ("12", "update"),
        ("12", "update"),
        ("19", "end"),
    ]
    assert events[2].objects[0].box == Box(0.039062, 0.833333, 0.164062, 0.9375)
    assert [data.revision - events[0].revision for data in events] == [0, 100, 300, 400]
    assert len({data.sighting_id for data in events}) == 2


DUMPED = {
    "ajax_1.txt": ("motion", "AjaxMotionRule", "start", False, "2026-01-10T20:04:32.000Z", []),
    "generic_1.txt": ("line_crossed", "MyLineDetectorRule", "pulse", True, "2020-05-24T07:24:47.000Z", ["unknown"]),
    "reolink_1.txt": (
        "other",
        "RuleEngine/MyRuleDetector/Package",
        "start",
        True,
        "2025-03-12T09:54:27.000Z",
        ["other"],
    ),
    "tapo_1.txt": ("line_crossed", "MyLineCrossDetectorRule", "start", False, "2025-01-03T21:05:14.000Z", []),
}


@pytest.mark.parametrize("name", DUMPED)
def test_what_client_libraries_print_is_read_as_well(name):
    data = one_event(DUMPS[name].read_bytes()).data
    rule, classes = data.rule, [one.klass for one in data.objects]
    assert (rule.kind, rule.name, rule.state, data.is_replay, data.captured_at, classes) == DUMPED[name]

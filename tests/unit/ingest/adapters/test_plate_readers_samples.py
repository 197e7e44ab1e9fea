"""What Genetec, Tattile, LectorVision, LILIN and VIID devices published: facts about their samples, read in place."""

import pytest

from tests.support.reading import one_event, read
from tests.support.samples import files_of, needs_samples

pytestmark = needs_samples

MAKES = ("genetec", "tattile", "lectorvision", "lilin", "gat1400_viid")
# Plate and country, confidence, captured at, where the time's zone came from, direction, raw box.
FACTS = {
    "lpringestion_read_axis1234.json": ("AXIS1234", None, 0.95, "2023-12-11T14:30:26.703Z", "vendor_utc", None, None),
    "doc_msg_7459MTL.xml": (
        *("7459MTL", "ES", 0.925, "2024-03-21T14:42:10.000Z", "camera_zone", "departing"),
        [120, 360, 320, 420],
    ),
    "test_message_1234ABC.xml": (
        *("1234ABC", "ES", 0.93, "2024-04-30T10:34:56.789Z", "camera_zone", "departing"),
        [10, 20, 110, 220],
    ),
    "doc_lv01.json": (
        *("1234ABC", "ES", 0.87, "2026-01-23T08:25:57.000Z", "camera_zone", None),
        [10, 20, 110, 220],
    ),
    "getalarmmotion_runtime.txt": (
        *("647CBA", None, None, "2019-06-24T16:58:44.000Z", "vendor_utc", None),
        [1108, 420, 440, 144],
    ),
    "list_black.json": (
        *("30U9874", None, 0.795461, "2018-04-10T03:03:57.899Z", "vendor_utc", None),
        [1167, 120, 612, 108],
    ),
    "motorvehicle_1.json": ("浙BY6H39", None, None, "2021-04-11T15:13:37.000Z", "camera_zone", None, None),
}
WARNINGS = {
    "lpringestion_read_axis1234.json": set(),
    "doc_msg_7459MTL.xml": {"frame_size_unknown", "picture_not_an_image"},
    "test_message_1234ABC.xml": {"frame_size_unknown", "picture_not_an_image"},
    "doc_lv01.json": {"frame_size_unknown"},
    "getalarmmotion_runtime.txt": {"frame_size_unknown", "confidence_missing"},
    "list_black.json": {"frame_size_unknown", "camera_identification_dropped"},
    "motorvehicle_1.json": {"confidence_missing", "picture_not_an_image"},
}
FILES = {name: path for make in MAKES for name, path in files_of(make).items()}


def events(name: str, **camera):
    return [one.event for one in read(FILES[name].read_bytes(), **camera).normalized]


def test_every_sample_has_its_facts_here():
    assert set(FILES) == set(FACTS) == set(WARNINGS)


@pytest.mark.parametrize("name", FACTS)
def test_a_published_read_gives_the_plate_it_holds(name):
    (event,) = events(name, time_zone="Europe/Madrid")
    data = event.data
    text, country, confidence, captured_at, source, direction, box = FACTS[name]
    assert event.type == "plate.read"
    assert (data.plate.text, data.plate.country, data.plate.confidence) == (text, country, confidence)
    assert (data.captured_at, data.time_quality.source) == (captured_at, source)
    assert (data.vehicle.direction, data.plate.box) == (direction, None)
    assert (data.raw["box"]["values"] if "box" in data.raw else None) == box
    late = {"time_far_from_arrival"}
    assert set(data.warnings) - late == WARNINGS[name]


@pytest.mark.parametrize("name", FACTS)
def test_every_field_of_the_samples_is_known(name):
    assert read(FILES[name].read_bytes()).unknown_fields == 0


def test_the_published_pictures_come_along():
    data = one_event(FILES["lpringestion_read_axis1234.json"].read_bytes()).data
    assert [(image.kind, image.media_type) for image in data.images] == [
        ("plate", "image/png"),
        ("overview", "image/png"),
    ]
    assert data.vendor.event_id == "1802305026703433"
    assert data.vendor.device_serial == "ACCC8E9BB16D"


def test_an_entry_of_the_published_black_list_is_no_read_and_its_owners_are_gone():
    result = read(FILES["list_black.json"].read_bytes())
    (refusal,) = result.refusals
    assert refusal.reason == "list_entry_without_read"
    assert b"AAA" not in refusal.part
    assert b"CCC" not in refusal.part
    assert result.dropped == {"identification": 2}
    assert result.normalized[0].event.data.plate.list_mode == "block"


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_the_published_vehicle_passed_at_beijings_time(zone):
    (event,) = events("motorvehicle_1.json", time_zone=zone)
    assert event.data.captured_at == "2021-04-11T09:13:37.000Z"
    assert event.data.vendor_time == "20210411171337"

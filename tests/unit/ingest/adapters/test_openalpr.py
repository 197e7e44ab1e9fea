"""OpenALPR's documents in all their kinds, with what is missing, contradictory or secret."""

import json

import pytest

from rasid.contract.detections import Candidate
from rasid.contract.fields import Box, Location
from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.openalpr import (
    AGENT,
    COMMAND_LINE,
    FRAME,
    VEHICLE,
    alert,
    group,
    heartbeat,
    plate,
    results,
    without_plate,
)

PLATE_BOX = Box(0.1995, 0.3, 0.3, 0.36)
VEHICLE_BOX = Box(0.1, 0.1, 0.5, 0.7)


def grouped(**fields):
    return one_event(json.dumps(group(**fields)).encode()).data


def test_each_plate_of_a_frame_is_an_event_and_a_sighting_of_its_own():
    made = [one.event for one in read(results(plate(), plate("13A12345"))).normalized]
    assert [one.data.plate.text for one in made] == ["21H11111", "13A12345"]
    assert len({one.data.sighting_id for one in made}) == len({one.id for one in made}) == 2
    first = made[0].data
    assert (first.captured_at, first.time_quality.source) == ("2026-03-01T08:00:00.000Z", "vendor_utc")
    assert (first.vendor.event_id, first.vendor.device_serial, first.vendor.channel) == (FRAME, AGENT, "77")


def test_a_plates_box_is_around_its_corners_and_both_are_kept():
    data = one_event(results()).data
    assert (data.plate.box, data.vehicle.box) == (PLATE_BOX, VEHICLE_BOX)
    assert data.raw["box"]["values"] == [400.0, 300.0, 600.0, 305.0, 598.0, 360.0, 399.0, 355.0]
    assert data.raw["box"]["frame_width"] == 2000.0


def test_a_group_may_call_the_pictures_size_as_a_frame_does():
    data = grouped(best_image_width=None, best_image_height=None, img_width=2000, img_height=1000)
    assert (data.plate.box, data.vehicle.box) == (PLATE_BOX, VEHICLE_BOX)


@pytest.mark.parametrize("missing", [{"best_image_width": None}, {"best_image_width": 0, "best_image_height": 0}])
def test_a_box_without_the_pictures_size_stays_raw(missing):
    data = grouped(**missing)
    assert (data.plate.box, data.vehicle.box) == (None, None)
    assert "frame_size_unknown" in data.warnings
    assert data.raw["box"]["values"]


@pytest.mark.parametrize(("given", "ratio"), [(92.5, 0.925), (1, 0.01), (0.95, 0.0095), (100, 1.0), (150, None)])
def test_confidences_are_per_cent_whatever_they_look_like(given, ratio):
    assert one_event(results(plate(confidence=given))).data.plate.confidence == ratio


def test_other_readings_are_candidates_and_the_plate_itself_is_none():
    assert one_event(results()).data.plate.candidates == (Candidate("2LH11111", 0.8),)


@pytest.mark.parametrize(
    ("region", "country"), [("iq-er", "IQ"), ("us-mo", "US"), ("mo", None), ("eu-pl", None), ("", None), (None, None)]
)
def test_a_country_is_what_stands_before_the_region_and_never_the_region_alone(region, country):
    plate_ = one_event(results(plate(region=region))).data.plate
    assert (plate_.country, plate_.country_raw) == (country, region or None)


def test_an_iraqi_plate_is_taken_apart():
    plate_ = one_event(results()).data.plate
    assert (plate_.country, plate_.is_format_valid) == ("IQ", True)


def test_a_plate_nobody_could_read_is_a_vehicle():
    assert one_event(results(plate(""))).type == "vehicle.detected"


def test_a_vehicle_is_what_is_likeliest_and_as_sure_as_the_least_sure_of_it():
    vehicle = grouped().vehicle
    assert (vehicle.kind, vehicle.make, vehicle.model, vehicle.color) == ("truck", "toyota", "hilux", "silver")
    assert vehicle.confidence == 0.6
    assert grouped().raw["vehicle_color"] == {"name": "silver-gray", "confidence": "80.25"}


def test_a_model_of_another_make_than_the_likeliest_is_none():
    vehicle = grouped(vehicle=VEHICLE | {"make_model": [{"name": "mini_cooper", "confidence": 95.0}]}).vehicle
    assert (vehicle.make, vehicle.model, vehicle.confidence) == ("toyota", None, 0.9)


def test_directions_on_the_picture_are_no_headings():
    data = grouped()
    assert (data.vehicle.heading_degrees, data.vehicle.direction) == (None, None)
    assert data.raw["travel_direction_degrees"] == 85.5


def test_a_group_is_dated_with_its_first_frame_and_brings_its_pictures():
    data = grouped()
    assert (data.captured_at, data.revision, data.phase) == ("2026-03-01T08:00:00.000Z", 3000, "end")
    assert [image.kind for image in data.images] == ["plate", "vehicle"]
    assert data.location == Location(latitude=31.84, longitude=47.14)


@pytest.mark.parametrize("position", [(0, 0), (None, None), (200, 10)])
def test_a_position_that_is_none_is_null(position):
    assert grouped(gps_latitude=position[0], gps_longitude=position[1]).location is None


def test_a_preview_and_its_group_are_one_sighting():
    preview, final = grouped(is_preview=True, epoch_end=group()["epoch_start"] + 200), grouped()
    assert preview.sighting_id == final.sighting_id
    assert (preview.phase, final.phase) == ("new", "end")
    assert preview.revision < final.revision


def test_the_first_version_of_a_group_has_its_plate_as_text():
    old = {name: value for name, value in group().items() if not name.startswith("best_")}
    data = one_event(json.dumps(old | {"version": 1, "best_plate": "21H11111", "best_confidence": 90.0}).encode()).data
    assert (data.plate.text, data.plate.confidence, data.plate.box) == ("21H11111", 0.9, None)


def test_a_vehicles_signature_is_never_kept():
    for body in (json.dumps(group()).encode(), without_plate()):
        assert "1h_0d72" not in str(read(body).normalized)


def test_a_vehicle_without_plate():
    made = one_event(without_plate())
    assert (made.type, made.data.vehicle.make, made.data.vehicle.box) == ("vehicle.detected", "toyota", VEHICLE_BOX)
    assert made.data.objects[0].class_raw == "truck-standard"


def test_an_alert_is_its_groups_sighting_with_a_hint_and_without_what_the_list_says():
    result = read(alert())
    (one,) = result.normalized
    data = one.event.data
    assert (one.event.type, data.plate.list_mode, data.raw["alert_list"]) == ("plate.read", "alert", "wanted")
    assert data.sighting_id == grouped().sighting_id
    assert result.dropped == {"identification": 1}
    assert "Ali" not in str(data)


def test_an_alert_without_group_is_refused():
    assert one_refusal(alert(group=None)).reason == "group_missing"


def test_the_command_line_has_no_camera():
    data = one_event(json.dumps(COMMAND_LINE | {"results": [plate()]}).encode()).data
    assert (data.vendor.channel, data.plate.text, data.plate.box) == (None, "21H11111", PLATE_BOX)


def test_several_lines_of_the_command_line_are_several_events():
    line = json.dumps(COMMAND_LINE | {"results": [plate()]}).encode()
    other = json.dumps(COMMAND_LINE | {"results": [plate("13A12345")]}).encode()
    made = read(line + b"\n" + other + b"\n").normalized
    assert [one.event.data.plate.text for one in made] == ["21H11111", "13A12345"]


def test_results_before_there_were_data_types_are_read():
    old = {"epoch_time": COMMAND_LINE["epoch_time"], "processing_time_ms": 1.5, "results": [plate()]}
    assert one_event(json.dumps(old).encode()).data.plate.text == "21H11111"


def test_a_frame_with_nothing_in_it_says_that_the_reader_lives():
    body = json.dumps(COMMAND_LINE | {"results": []}).encode()
    assert one_event(body).data.health.component == "heartbeat"


def test_vehicles_beside_the_plates_are_events_of_their_own():
    same = {"x": 200, "y": 100, "width": 800, "height": 600, "details": VEHICLE}
    other = {"x": 1200, "y": 100, "width": 400, "height": 300, "details": VEHICLE}
    made = read(results(plate(), vehicles=[same, other])).normalized
    assert [one.event.type for one in made] == ["plate.read", "vehicle.detected"]
    assert made[1].event.data.vehicle.box == Box(0.6, 0.1, 0.8, 0.4)


def test_a_reader_that_failed_is_refused():
    assert one_refusal(results(error=True)).reason == "reader_error"


def test_a_heartbeat_and_what_is_in_trouble():
    down = [{"camera_id": 78, "is_streaming": False, "url": "rtsp://u:p@h/1"}]
    body = heartbeat(video_streams=down, license_valid=False, disk_drive_free_bytes=5)
    made = [one.event.data for one in read(body).normalized]
    assert [(one.health.component, one.health.state) for one in made] == [
        ("heartbeat", "ok"),
        ("recorder", "failed"),
        ("link", "failed"),
        ("storage", "degraded"),
    ]
    assert made[2].health.code == "camera 78 is_streaming false"
    assert (made[3].health.value, made[3].health.unit) == (0.5, "percent")
    assert made[0].captured_at == "2026-03-01T08:00:00.000Z"


def test_more_free_bytes_than_there_are_say_nothing():
    assert one_event(heartbeat(disk_drive_free_bytes=5000)).data.health.component == "heartbeat"


def test_a_heartbeats_password_and_license_are_in_no_event():
    text = str(read(heartbeat()).normalized)
    assert not any(secret in text for secret in ("p@ss", "w0rd", "SECRET-KEY"))


def test_the_clouds_test_post_is_answered():
    assert one_event(b'{"openalpr_webhook": "test"}').data.health.code == "test"


def test_a_data_type_nobody_knows_is_refused_with_those_that_are():
    refusal = one_refusal(b'{"data_type": "alpr_poem"}')
    assert (refusal.reason, "alpr_group" in refusal.detail) == ("data_type_unknown", True)


def test_a_new_field_is_counted():
    assert read(json.dumps(group(wingspan=1)).encode()).unknown_fields == 1
    assert read(json.dumps(group()).encode()).unknown_fields == 0


def test_pictures_that_are_none_cost_no_read():
    data = grouped(vehicle_crop_jpeg="...base64 jpeg data...")
    assert [image.kind for image in data.images] == ["plate"]
    assert "picture_not_an_image" in data.warnings

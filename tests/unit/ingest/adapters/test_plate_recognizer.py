"""Plate Recognizer's results in each of their forms and carriers, with what is missing or broken."""

import json
from urllib.parse import quote_plus

import pytest

from rasid.contract.detections import Candidate
from tests.support.reading import JPEG, one_event, one_refusal, read
from tests.support.vendors.plate_recognizer import (
    CSV,
    CSV_OF_VEHICLES,
    SNAPSHOT,
    container,
    data,
    person,
    result,
    webhook,
    with_objects,
    with_picture,
)


def first(body: bytes, **options):
    return one_event(body, **options).data


@pytest.mark.parametrize("made", [result(), with_objects()], ids=["text", "object"])
def test_a_plate_is_the_same_as_text_and_as_object(made):
    said = first(webhook(made))
    assert (said.plate.raw, said.plate.text, said.plate.confidence) == ("21h11111", "21H11111", 0.9)
    assert (said.plate.country, said.plate.country_raw, said.plate.is_format_valid) == ("IQ", "iq", True)
    assert said.plate.box is None
    assert said.raw["box"]["values"] == [460.0, 57.0, 557.0, 82.0]
    assert said.raw["vehicle_box"]["values"] == [387.0, 23.0, 1493.0, 577.0]
    assert said.raw["detection_confidence"] == "0.75"
    assert "frame_size_unknown" in said.warnings
    assert said.vendor.channel == "gate-1"


def test_candidates_may_lack_their_score_and_the_plate_itself_is_none():
    assert first(webhook()).plate.candidates == (Candidate("2LH11111", None),)
    assert first(webhook(with_objects())).plate.candidates == (Candidate("2LH11111", 0.5),)


@pytest.mark.parametrize(("code", "country"), [("us-ca", "US"), ("gb", "GB"), ("", None), (None, None), ("xx", None)])
def test_a_region_begins_with_its_country(code, country):
    assert first(webhook(result(region={"code": code, "score": 0.4}))).plate.country == country


def test_the_time_is_utc():
    said = first(webhook())
    assert (said.captured_at, said.time_quality.source) == ("2026-03-01T08:00:00.250Z", "vendor_utc")


@pytest.mark.parametrize(
    ("fields", "captured_at", "source"),
    [
        ({"timestamp": "2026-03-01T11:00:00.25+03:00"}, "2026-03-01T08:00:00.250Z", "vendor_offset"),
        ({"timestamp": "2026-03-01 08:00:00.25"}, "2026-03-01T08:00:00.250Z", "vendor_offset"),
        ({"timestamp": None}, "2026-03-01T08:00:00.250Z", "vendor_offset"),
        (
            {"timestamp": "2026-03-01T08:00:00.25Z", "timestamp_local": "2026-03-01 11:00:00.25 03:00"},
            "2026-03-01T08:00:00.250Z",
            "vendor_utc",
        ),
        ({"timestamp": None, "timestamp_local": "2026-03-01 11:00:00 03:00"}, "2026-03-01T08:00:00.000Z", "received"),
    ],
)
def test_a_time_is_what_says_where_it_is(fields, captured_at, source):
    said = first(webhook(**fields))
    assert (said.captured_at, said.time_quality.source) == (captured_at, source)


def test_a_time_that_does_not_say_where_it_is_is_utc():
    body = json.dumps({"data": {"results": [result()], "timestamp": "2026-03-01 08:00:00.25"}}).encode()
    said = first(body, time_zone="Asia/Baghdad", adapter="plate_recognizer")
    assert (said.captured_at, said.time_quality.source) == ("2026-03-01T08:00:00.250Z", "vendor_utc")


def test_a_person_is_a_person_and_one_sighting_as_long_as_it_is_followed():
    made = [one.event for one in read(webhook(person(), person(2), event="people_detected")).normalized]
    assert [one.type for one in made] == ["person.detected"] * 2
    seen = made[0].data.objects[0]
    assert (seen.object_id, seen.klass, seen.confidence, seen.box) == ("1", "person", 0.75, None)
    assert made[0].data.raw["box"]["values"] == [460.0, 57.0, 557.0, 82.0]
    again = one_event(webhook(person(), timestamp="2026-03-01T08:00:01.5Z"))
    assert again.id != made[0].id
    assert again.data.sighting_id == made[0].data.sighting_id != made[1].data.sighting_id


def test_what_is_neither_plate_nor_vehicle_nor_person_is_no_vehicle():
    refusal = one_refusal(webhook(container()))
    assert refusal.reason == "result_unknown"
    both = read(webhook(container(), result()))
    assert [one.event.type for one in both.normalized] == ["plate.read"]
    assert [one.reason for one in both.refusals] == ["result_unknown"]


def test_the_vehicle_is_what_is_likeliest():
    vehicle = first(webhook()).vehicle
    assert (vehicle.kind, vehicle.make, vehicle.model, vehicle.color) == ("pickup", "Toyota", "Hilux", "white")
    assert vehicle.confidence == 0.6
    other = first(webhook(with_objects())).vehicle
    assert (other.kind, other.make, other.model, other.color, other.confidence) == ("car", "Kia", "Rio", "red", 0.55)


def test_what_was_not_recognized_is_null_and_not_called_generic():
    made = result(
        model_make=[{"make": "generic", "model": "Unknown", "score": 0.9}],
        color=[{"color": "unknown", "score": 0.9}],
        vehicle={"type": "Unknown", "score": 0.1},
    )
    vehicle = first(webhook(made)).vehicle
    assert (vehicle.kind, vehicle.make, vehicle.model, vehicle.color, vehicle.confidence) == (None,) * 5


@pytest.mark.parametrize("direction", ["", None, 210, "210"])
def test_directions_on_the_picture_are_no_headings(direction):
    said = first(webhook(result(direction=direction)))
    assert said.vehicle.heading_degrees is None
    assert said.raw.get("direction_degrees") == (210.0 if direction else None)


def test_a_speed_is_in_a_unit_nobody_says():
    said = first(webhook(result(speed=42.5)))
    assert (said.vehicle.speed_mps, said.raw["speed"]) == (None, 42.5)
    assert "speed_unit_unknown" in said.warnings


@pytest.mark.parametrize(("score", "confidence"), [(1, 1.0), (0.013, 0.013), (95, None), ("", None)])
def test_scores_are_0_to_1_whatever_they_look_like(score, confidence):
    assert first(webhook(result(score=score))).plate.confidence == confidence


def test_a_vehicle_without_plate():
    made = one_event(webhook(with_objects(plate=None)))
    assert (made.type, made.data.vehicle.kind) == ("vehicle.detected", "car")


def test_each_result_is_a_sighting_of_its_own():
    made = [one.event for one in read(webhook(result(), result(), result(plate="13a12345"))).normalized]
    assert len({one.data.sighting_id for one in made}) == len({one.id for one in made}) == 3


def test_the_picture_of_the_form_shows_all_results():
    body, content_type, _ = with_picture(webhook(result(), result(plate="13a12345")))
    for declared in (content_type, "", "application/octet-stream"):
        made = read(body, declared).normalized
        assert [[image.kind for image in one.event.data.images] for one in made] == [["overview"], ["overview"]]


def test_a_form_without_picture_is_read():
    body = b"json=" + quote_plus(webhook()).encode() + b"&upload="
    assert first(body, content_type="application/x-www-form-urlencoded").plate.text == "21H11111"


def test_a_picture_alone_is_refused():
    assert one_refusal(JPEG, adapter="plate_recognizer").reason == "results_missing"


def test_snapshots_answer_has_no_camera():
    said = first(SNAPSHOT)
    assert (said.plate.text, said.vendor.channel, said.raw["filename"]) == ("21H11111", None, "1617_car.jpg")


def test_lines_of_a_file_are_events_each():
    lines = b"\n".join(json.dumps(data(result(plate=text))).encode() for text in ("13a12345", "21h11111"))
    assert [one.event.data.plate.text for one in read(lines).normalized] == ["13A12345", "21H11111"]


def test_nothing_found_says_that_the_reader_lives():
    body = json.dumps({"processing_time": 1, "results": [], "filename": "a.jpg", "version": 1}).encode()
    assert first(body).health.component == "heartbeat"


@pytest.mark.parametrize(("event", "reason"), [("heartbeat", None), ("video.done", "results_missing")])
def test_webhooks_of_other_events(event, reason):
    hook = {"target": "https://rasid.example", "id": "gate-1", "event": event}
    result_ = read(json.dumps({"hook": hook, "data": {"camera_id": "gate-1"}}).encode())
    assert [refusal.reason for refusal in result_.refusals] == ([reason] if reason else [])


def test_a_row_of_csv_is_a_result():
    said = first(CSV)
    assert (said.plate.text, said.plate.confidence, said.plate.country) == ("21H11111", 0.9, "IQ")
    assert (said.captured_at, said.time_quality.source) == ("2026-03-01T08:00:00.250Z", "vendor_offset")
    assert (said.vehicle.kind, said.vehicle.make, said.vehicle.model) == ("car", "Toyota", "D'Max")
    assert said.plate.candidates == (Candidate("2LH11111", None),)
    assert (said.raw["direction_degrees"], said.raw["filename"]) == (225.0, "/gate-1_screenshots/a.jpg")


def test_csv_where_vehicles_are_detected():
    made = one_event(CSV_OF_VEHICLES)
    assert (made.type, made.data.vehicle.kind) == ("vehicle.detected", "bus")


def test_of_several_rows_the_good_ones_are_events():
    header, row, _ = CSV.split(b"\r\n")
    body = b"\r\n".join((header, row, row.replace(b"'xmin': 460", b"__import__('os').system('x')"), row))
    result_ = read(body)
    assert len(result_.normalized) == 2
    assert [refusal.reason for refusal in result_.refusals] == ["csv_column_unreadable"]


def test_a_plate_keeps_its_leading_zeros_in_csv():
    assert first(CSV.replace(b"21h11111", b"0017410127")).plate.text == "0017410127"


def test_a_new_field_is_counted():
    assert read(webhook(result(wingspan=1))).unknown_fields == 1
    assert read(webhook(with_objects())).unknown_fields == 0


def test_a_stream_address_is_in_no_event():
    assert "hunter2" not in str(read(webhook()).normalized)

"""Tattile: the same message under any root, with local times and pixels of a picture nobody measured."""

import pytest

from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.tattile import message


def data(**changes):
    return one_event(message(**changes), time_zone="Asia/Baghdad").data


@pytest.mark.parametrize("root", ["root", "MESSAGE", "Msg", "anything", "x:root"])
def test_the_root_is_the_templates_affair(root):
    assert one_event(message(root)).data.plate.text == "13A12345"


@pytest.mark.parametrize(
    ("date", "clock", "captured_at"),
    [
        ("2026-03-01", "11-00-00-250", "2026-03-01T08:00:00.250Z"),
        ("2026-03-01", "11:00:00", "2026-03-01T08:00:00.000Z"),
        ("2026-03-01", "11:00:00.5", "2026-03-01T08:00:00.500Z"),
        ("2026/03/01", "11-00-00", "2026-03-01T08:00:00.000Z"),
        ("20260301", "11-00-00-250", "2026-03-01T08:00:00.250Z"),
    ],
)
def test_dates_and_times_are_the_cameras_own_in_its_zone(date, clock, captured_at):
    found = data(DATE=date, TIME=clock)
    assert (found.captured_at, found.time_quality.source) == (captured_at, "camera_zone")
    assert found.vendor_time == f"{date} {clock}"


def test_without_a_registered_zone_no_time_is_made_up():
    found = one_event(message()).data
    assert found.time_quality.source == "received"
    assert "time_zone_unknown" in found.warnings


@pytest.mark.parametrize(
    ("date", "clock"), [("2026-02-30", "11-00-00"), ("2026-03-01", "25-00-00"), ("", ""), ("x", "y")]
)
def test_times_that_are_none_are_the_arrival(date, clock):
    assert data(DATE=date, TIME=clock).time_quality.source == "received"


@pytest.mark.parametrize(
    ("score", "confidence"),
    [("093", 0.93), ("92.5", 0.925), ("100", 1.0), ("1", 0.01), ("000", None), ("999", None), ("", None), ("x", None)],
)
def test_the_score_is_a_percentage_in_three_digits(score, confidence):
    found = data(OCRSCORE=score)
    assert found.plate.confidence == confidence
    assert found.raw.get("confidence") == (score or None)


@pytest.mark.parametrize(
    ("code", "name", "country"),
    [("ESP", "Spain", "ES"), ("IRQ", None, "IQ"), (None, "DZA", "DZ"), ("12", "Spain", None), ("D", None, None)],
)
def test_a_country_is_taken_from_iso_letters_alone(code, name, country):
    assert data(PLATE_COUNTRY_CODE=code, PLATE_COUNTRY=name).plate.country == country


@pytest.mark.parametrize(
    ("written", "text", "country"),
    [
        ("46HVR9-NLD", "46HVR9", "NL"),
        ("13A12345", "13A12345", None),
        ("AB-XYZ", "ABXYZ", None),
        ("12-34", "1234", None),
    ],
)
def test_the_longer_tag_of_a_plate_carries_its_country(written, text, country):
    plate = data(PLATE_STRING=None, PLATE=written, PLATE_COUNTRY_CODE=None, PLATE_COUNTRY=None).plate
    assert (plate.raw, plate.text, plate.country) == (written, text, country)


def test_an_iraqi_plate_is_taken_apart():
    plate = data().plate
    assert (plate.country, plate.region, plate.is_format_valid) == ("IQ", "Maysan", True)


def test_the_box_stays_as_written_while_the_size_of_the_picture_is_unknown():
    found = data()
    assert found.plate.box is None
    assert found.raw["box"]["values"] == [300, 210, 460, 250]
    assert "frame_size_unknown" in found.warnings
    part = data(ORIG_PLATE_MIN_X=None, PLATE_MIN_X="1", PLATE_MIN_Y="2", PLATE_MAX_X="3", PLATE_MAX_Y="4")
    assert part.raw["box"] == {
        "values": [1, 2, 3, 4],
        "space": "ltrb_pixels_of_a_part",
        "frame_width": None,
        "frame_height": None,
    }


@pytest.mark.parametrize(
    ("word", "direction"), [("GOAWAY", "departing"), ("APPROACH", "approaching"), ("UNKNOWN", None), ("", None)]
)
def test_directions(word, direction):
    assert data(DIRECTION=word).vehicle.direction == direction


@pytest.mark.parametrize("changes", [{"PLATE_STRING": ""}, {"PLATE_STRING": "NO_PLATE"}, {"PLATE_NOT_READ": "1"}])
def test_a_vehicle_whose_plate_was_not_read_is_a_vehicle(changes):
    assert one_event(message(**changes)).type == "vehicle.detected"


def test_pictures_come_out_of_their_base64_and_placeholders_are_none():
    assert [image.kind for image in data().images] == ["plate", "overview"]
    broken = data(IMAGE_OCR="BASE64_JPG_OCR", IMAGE_CTX=None)
    assert broken.images == ()
    assert "picture_not_an_image" in broken.warnings


def test_messages_one_after_another_are_several_events_and_a_broken_one_is_refused():
    result = read(message(PLATE_STRING="A1") + b"\n" + message("Msg", PLATE_STRING=None) + message(PLATE_STRING="A2"))
    assert [one.event.data.plate.text for one in result.normalized] == ["A1", "A2"]
    assert [refusal.reason for refusal in result.refusals] == ["plate_tag_missing"]


def test_a_counter_starts_again_so_a_sighting_is_of_its_day():
    first, same, next_day = (
        data(TRANSIT_ID="7", DATE=date, OCRSCORE=score).sighting_id
        for date, score in (("2026-03-01", "90"), ("2026-03-01", "91"), ("2026-03-02", "90"))
    )
    assert first == same != next_day


@pytest.mark.parametrize("body", [b"<root><DATE>2026-03-01</DATE></root>", b"not xml"])
def test_what_is_no_message_is_refused(body):
    assert one_refusal(body, adapter="tattile").reason in {"plate_tag_missing", "message_missing"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_message_is_known_whatever_it_is_written_in(encoding):
    written = one_event(message().decode().encode(encoding), time_zone="Asia/Baghdad").data
    assert written.plate == data().plate

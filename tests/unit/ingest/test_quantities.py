"""Numbers, boxes and pictures as devices write them."""

import pytest

from rasid.contract.fields import Box, Location
from services.ingest.payload.legibility import has_unread_characters, says_nothing_read
from services.ingest.payload.media import embedded_picture, picture_type
from services.ingest.payload.quantities import (
    box_from_corner,
    box_from_edges,
    box_in_frame,
    degrees,
    location_of,
    mps_from_kmh,
    number,
    ratio,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), (" 95.5 ", 95.5), ("-0.1", -0.1), ("+2", 2.0), (".5", 0.5), ("5.", 5.0), ("1e2", 100.0)],
)
def test_numbers_are_read(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e999",
        "1e9999",
        "0x10",
        "1_000",
        "9" * 41,
        "95,5",
        "97%",
        "--1",
        "ten",
    ],
)
def test_what_is_no_finite_number_is_none(text):
    assert number(text) is None


def test_the_scale_of_a_confidence_is_the_callers_and_never_guessed():
    assert ratio("1", 100) == 0.01
    assert ratio("1", 1) == 1.0
    assert ratio("0.95", 100) == 0.0095
    assert ratio("95.5", 100) == 0.955
    assert ratio("100", 100) == 1.0
    assert ratio("255", 255) == 1.0


@pytest.mark.parametrize("text", ["101", "-1", "-0.1", "18446744073709551615", None, "high"])
def test_a_confidence_off_its_scale_is_none(text):
    assert ratio(text, 100) is None


def test_boxes_on_a_grid_become_parts_of_the_frame():
    assert box_from_corner(375, 645, 227, 118, 1000) == Box(0.375, 0.645, 0.602, 0.763)
    assert box_from_edges(0, 0, 8191, 8191, 8192) == Box(0.0, 0.0, 0.999878, 0.999878)
    assert box_from_corner(990, 990, 12, 12, 1000) == Box(0.99, 0.99, 1.0, 1.0)


@pytest.mark.parametrize(
    "edges", [(0.5, 0, 0.5, 1), (0.6, 0, 0.5, 1), (0, 0.6, 1, 0.5), (-0.2, 0, 1, 1), (0, 0, 1.2, 1), (0, 0, 0, 0)]
)
def test_a_box_without_area_or_off_the_frame_is_none(edges):
    assert box_from_edges(*edges) is None


@pytest.mark.parametrize(
    ("kmh", "mps"),
    [("36", 10.0), ("50", 13.889), ("0", None), ("-5", None), ("1000", None), (None, None), ("unknown", None)],
)
def test_speeds_become_metres_a_second(kmh, mps):
    assert mps_from_kmh(kmh) == mps


@pytest.mark.parametrize(
    ("parts", "angle"),
    [
        (("31", "50", "24.0"), 31.84),
        (("0", "22", "0"), 22 / 60),
        (("0", "0", "0"), 0.0),
        (("31", "60", "0"), None),
        (("31", "0", "60"), None),
        (("31", None, "0"), None),
        (("-1", "0", "0"), None),
    ],
)
def test_degrees_minutes_and_seconds_become_degrees(parts, angle):
    found = degrees(*parts)
    assert found is None if angle is None else found == pytest.approx(angle)


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (b"BM\x40\x00\x00\x00", "image/bmp"),
        (b"II*\x00", "image/tiff"),
        (b"BMW is no bitmap", None),
        (b"RIFF\x00\x00\x00\x00AVI ", None),
        (b"<html>", None),
        (b"%PDF-1.7", None),
        (b"", None),
        (b"\xff\xd8", None),
    ],
)
def test_a_picture_is_known_by_its_bytes(start, media_type):
    assert picture_type(start + b"\0" * 60 if start else b"") == media_type


@pytest.mark.parametrize(
    "text", ["", "unknown", "UNKNOWN", "Unknow", "unlicensed", "no plate", "NO_PLATE", "无车牌", "无牌", "null"]
)
def test_words_for_no_legible_plate_are_known(text):
    assert says_nothing_read(text) or text == ""


@pytest.mark.parametrize("text", ["13A12345", "٤٥٢٧١ب", "NU11", "UNK123"])
def test_plates_are_not_taken_for_such_words(text):
    assert not says_nothing_read(text)
    assert not has_unread_characters(text)


@pytest.mark.parametrize("text", ["13A*2345", "13A?2345", "13A？2345", "\ufffdA12345", "13A□345"])
def test_characters_left_open_are_seen(text):
    assert has_unread_characters(text)


@pytest.mark.parametrize(
    ("edges", "frame", "box"),
    [
        ((192, 108, 960, 540), (1920, 1080), Box(0.1, 0.1, 0.5, 0.5)),
        ((-5, 0, 1925, 1080), (1920, 1080), Box(0.0, 0.0, 1.0, 1.0)),
        ((0, 0, 2500, 540), (1920, 1080), None),
        ((960, 0, 192, 540), (1920, 1080), None),
        ((0, 0, 1, 1), (None, 1080), None),
        ((0, 0, 1, 1), (0, 0), None),
    ],
)
def test_a_box_in_pixels_needs_its_frame(edges, frame, box):
    assert box_in_frame(edges, frame) == box


@pytest.mark.parametrize(
    ("degrees_given", "location"),
    [
        ((31.8, 47.1), Location(latitude=31.8, longitude=47.1)),
        ((0.0, 47.1), Location(latitude=0.0, longitude=47.1)),
        ((0.0, 0.0), None),
        ((None, 47.1), None),
        ((91.0, 0.0), None),
        ((0.0, -181.0), None),
    ],
)
def test_a_position_of_zero_and_zero_is_not_set(degrees_given, location):
    assert location_of(*degrees_given) == location


@pytest.mark.parametrize("text", ["/9j/4A==", "/9j/4A", "data:image/jpeg;base64,/9j/4A==", "/9j/\r\n4A=="])
def test_a_picture_in_base64_is_its_bytes(text):
    assert embedded_picture(text) == b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize("text", ["...base64 jpeg data...", "é", "A"])
def test_what_is_no_base64_stays_text_and_is_no_picture(text):
    assert embedded_picture(text) == text.encode()
    assert picture_type(embedded_picture(text)) is None

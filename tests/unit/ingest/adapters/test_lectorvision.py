"""LectorVision: local times with slashes, countries by number, pictures under several spellings."""

import base64
import json

import pytest

from tests.support.reading import JPEG, one_event, one_refusal, read
from tests.support.vendors.lectorvision import vehicle


def data(**changes):
    return one_event(json.dumps(vehicle(**changes)).encode(), time_zone="Africa/Algiers").data


def test_a_read_says_what_was_seen_when_and_by_whom():
    found = data(plate="00174 101 27", Country=12)
    assert (found.plate.text, found.plate.country, found.plate.region) == ("0017410127", "DZ", "Mostaganem")
    assert (found.captured_at, found.vendor_time) == ("2026-03-01T10:00:00.250Z", "2026/03/01 11:00:00.250")
    assert (found.vendor.device_serial, found.raw["lane"], found.raw["direction"]) == ("LV-77", "1", "OUT")
    assert found.vehicle.direction is None


@pytest.mark.parametrize(
    ("number", "country"), [(724, "ES"), ("724", "ES"), (368, "IQ"), (8, "AL"), (0, None), (999, None), ("", None)]
)
def test_the_country_is_iso_by_number(number, country):
    assert data(Country=number).plate.country == country


@pytest.mark.parametrize(
    ("given", "confidence"), [(87, 0.87), ("87", 0.87), (1, 0.01), (0, None), (101, None), (None, None)]
)
def test_reliability_is_per_cent(given, confidence):
    assert data(Fiability=given).plate.confidence == confidence


@pytest.mark.parametrize("corners", [None, [], [1, 2, 3], [0, 0, 0, 0], ["a", 2, 3, 4], "1,2,3,4", [[1, 2], [3, 4]]])
def test_corners_that_are_none_are_left_out(corners):
    found = data(PlateCoord=corners)
    assert "box" not in found.raw
    assert "frame_size_unknown" not in found.warnings


@pytest.mark.parametrize("name", ["ImageOcr", "ImageOCRBase64", "ImageOcrB64"])
def test_pictures_come_under_several_spellings(name):
    found = data(**{"ImageOCR": "", name: base64.b64encode(JPEG).decode(), "ImageCtx": base64.b64encode(JPEG).decode()})
    assert [image.kind for image in found.images] == ["plate", "overview"]


def test_the_readers_own_disk_is_not_looked_at():
    found = data(ImageOCR=None, OCRImagePath="C:\\images\\1.jpg")
    assert (found.images, "picture_not_an_image" in found.warnings) == ((), False)


def test_a_list_is_several_reads_and_one_without_a_plate_is_refused():
    result = read(json.dumps([vehicle("A1"), {"TimeStamp": "", "SerialNumber": ""}, vehicle("A2")]).encode())
    assert [one.event.data.plate.text for one in result.normalized] == ["A1", "A2"]
    assert [refusal.reason for refusal in result.refusals] == ["plate_missing"]


def test_what_is_no_json_is_refused():
    assert one_refusal(b"plate", adapter="lectorvision").reason == "read_missing"

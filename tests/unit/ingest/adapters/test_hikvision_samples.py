"""What real devices sent: facts about the published samples, which are read in place and never copied."""

import pytest

from rasid.contract.fields import Box, Location
from tests.support.reading import one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples

FILES = files_of("hikvision")

pytestmark = needs_samples

READS = {
    "anpr_cn_A7XG66.xml": {
        "plate": ("蓝皖A7XG66", "皖A7XG66", "mixed", None, 0.97, "blue"),
        "time": ("2023-10-10T10:21:01.925Z", "vendor_offset"),
        "vehicle": ("van", "gray", "backward", None),
        "box": Box(0.568, 0.534, 0.609, 0.56),
        "characters": (0.98, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99),
        "location": None,
    },
    "anpr_kz_test_795AAZ15.xml": {
        "plate": ("795AAZ15", "795AAZ15", "latin", None, 0.955, None),
        "time": ("2025-11-26T12:00:00.000Z", "vendor_utc"),
        "vehicle": ("truck", "orange", "forward", None),
        "box": None,
        "characters": (),
        "location": None,
    },
    "anpr_multipart_A8HK52.txt": {
        "plate": ("蓝苏A8HK52", "苏A8HK52", "mixed", "59", 0.78, "blue"),
        "time": ("2034-01-04T07:57:03.000Z", "vendor_offset"),
        "vehicle": ("light_truck", None, "backward", None),
        "box": Box(0.375, 0.645, 0.602, 0.763),
        "characters": (0.99,) * 7,
        "location": None,
    },
    "parkpow_anpr.xml": {
        "plate": ("PECT600", "PECT600", "latin", "3", 0.97, None),
        "time": ("2024-01-19T03:17:19.654Z", "vendor_offset"),
        "vehicle": ("car", "white", "backward", None),
        "box": Box(0.691, 0.397, 0.75, 0.431),
        "characters": (0.99,) * 7,
        "location": Location(latitude=0.3666667, longitude=111.0),
    },
}
RULES = {
    "hanext_cam1_DS-2CD2T46G2-ISU_io_notification.xml": ("digital_input", "IO 1", "2024-11-19T15:53:28.000Z"),
    "hanext_cam2_DS-2CD2346G2-ISU_io_notification.xml": ("digital_input", "IO 1", "2024-11-19T15:53:28.000Z"),
    "hanext_fielddetection_human.xml": ("zone_intrusion", "fielddetection 3", "2022-01-31T12:53:05.000Z"),
    "hanext_ipc_1_fielddetection.xml": ("zone_intrusion", "duration fielddetection", "2023-01-23T22:27:25.000Z"),
    "hanext_pir.xml": ("motion", "PIR", "2023-04-06T21:22:21.000Z"),
}
REFUSED = {"facesnapmatch_doc.jsonc": "face_event_refused"}


def sample(name: str) -> bytes:
    return FILES[name].read_bytes()


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*READS, *RULES, *REFUSED}


@pytest.mark.parametrize("content_type", ["", "multipart/form-data", "application/octet-stream"])
@pytest.mark.parametrize("name", READS)
def test_a_published_read_gives_the_plate_it_holds(name, content_type):
    data = one_event(sample(name), content_type).data
    facts = READS[name]
    plate, vehicle = data.plate, data.vehicle
    assert (plate.raw, plate.text, plate.script, plate.country_raw, plate.confidence, plate.color) == facts["plate"]
    assert (data.captured_at, data.time_quality.source) == facts["time"]
    assert (vehicle.kind, vehicle.color, vehicle.direction, vehicle.speed_mps) == facts["vehicle"]
    assert (plate.box, plate.character_confidences, data.location) == (
        facts["box"],
        facts["characters"],
        facts["location"],
    )
    assert plate.country is None
    assert plate.is_format_valid is None
    assert not data.is_replay


def test_the_read_with_pictures_says_what_is_wrong_with_it():
    data = one_event(sample("anpr_multipart_A8HK52.txt"), time_zone="Europe/Istanbul").data
    assert {"time_zone_suspicious", "time_in_future", "picture_not_an_image", "multipart_unfinished"} <= set(
        data.warnings
    )
    assert data.time_quality.suspicious
    assert data.vehicle.box == Box(0.241, 0.086, 0.788, 0.851)
    assert (data.plate.list_mode, data.vendor.track_id, data.images) == ("temporary", "563", ())


@pytest.mark.parametrize("name", RULES)
def test_a_published_alarm_gives_the_rule_that_fired(name):
    data = one_event(sample(name)).data
    assert (data.rule.kind, data.rule.name, data.captured_at) == RULES[name]
    assert data.rule.state == "start"


def test_the_published_intrusion_shows_where_and_who():
    data = one_event(sample("hanext_fielddetection_human.xml")).data
    assert data.rule.region == ((0.572, 0.1), (0.572, 0.995), (0.999, 0.998), (0.992, 0.21))
    (person,) = data.objects
    assert (person.klass, person.class_raw) == ("person", "human")
    assert person.box == Box(0.6, 0.215278, 0.735937, 0.720834)


@pytest.mark.parametrize("name", REFUSED)
def test_a_published_face_match_is_refused_and_its_claims_are_gone(name):
    refusal = one_refusal(sample(name))
    assert refusal.reason == REFUSED[name]
    assert b"Doe" not in refusal.part
    assert read(sample(name)).dropped == {"identification": 3}


@pytest.mark.parametrize("name", [*READS, *RULES])
def test_every_field_of_the_samples_is_known(name):
    assert read(sample(name)).unknown_fields == 0

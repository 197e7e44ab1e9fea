"""What Dahua's devices sent: facts about the published samples, which are read in place and never copied."""

from datetime import UTC, datetime

import pytest

from rasid.contract.fields import Box
from tests.support.reading import one_event, read
from tests.support.samples import files_of, needs_samples

FILES = files_of("dahua")
SOON_AFTER = datetime(2026, 8, 17, 16, 0, 30, tzinfo=UTC)

pytestmark = needs_samples

FACTS = {
    "cgi_crossline_human.txt": ("rule.triggered", "2026-08-17T16:00:00.000Z", set()),
    "cgi_crossregion_human.txt": ("rule.triggered", "2019-01-31T10:04:58.633Z", {"time_far_from_arrival"}),
    "cgi_facerecognition_104.txt": (
        "face.detected",
        "2026-08-17T16:00:05.000Z",
        {"attribute_dropped", "camera_identification_dropped"},
    ),
    "cgi_platedetection_ABC1D23.txt": ("plate.read", "2026-08-17T16:00:10.000Z", set()),
    "cgi_videomotion_header_only.txt": (
        "rule.triggered",
        "2026-08-17T16:00:30.000Z",
        {"multipart_unfinished", "time_missing", "identity_weak"},
    ),
    "cgi_videomotion_start.txt": ("rule.triggered", "2026-08-17T16:00:30.000Z", {"time_missing", "identity_weak"}),
    "rpc2_notifyEventStream_trafficjunction_nonmotor.txt": (
        "vehicle.detected",
        "2024-01-30T07:34:55.305Z",
        {"json_mended", "time_far_from_arrival", "attribute_dropped"},
    ),
    "vto_doorstatus_event.json": ("rule.triggered", "2021-04-11T13:34:52.000Z", {"time_far_from_arrival"}),
}


def event(name: str):
    return one_event(FILES[name].read_bytes(), received_at=SOON_AFTER)


def test_every_sample_has_its_facts_here():
    assert set(FILES) == set(FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_a_published_event_is_what_it_says(name):
    one = event(name)
    assert (one.type, one.data.captured_at, set(one.data.warnings)) == FACTS[name]


def test_the_published_plate():
    data = event("cgi_platedetection_ABC1D23.txt").data
    assert (data.plate.text, data.plate.confidence, data.plate.color) == ("ABC1D23", 0.98, "white")
    assert data.plate.box == Box(0.378464, 0.634843, 0.476132, 0.683677)
    assert (data.vehicle.kind, data.vehicle.color, data.vehicle.speed_mps) == ("car", "silver", 11.667)


def test_the_published_tricycle_without_a_plate():
    data = event("rpc2_notifyEventStream_trafficjunction_nonmotor.txt").data
    assert (data.vehicle.kind, data.vehicle.color, data.vehicle.direction) == ("three_wheeler", "blue", "departing")
    assert data.vehicle.box == Box(0.287144, 0.00879, 0.470761, 0.258821)
    assert (data.vehicle.confidence, data.raw["vehicle_confidence"]) == (0.627451, "160")
    assert data.vehicle.speed_mps is None
    assert (data.vendor.group_id, data.vendor.track_id, data.vendor.device_serial) == (
        "175706653",
        "5995",
        "8M049B2PAJF3085",
    )
    assert (data.time_quality.source, data.vendor_time, data.location) == ("vendor_utc", "1706600095", None)


def test_the_published_rules():
    line, region = (event(name).data for name in ("cgi_crossline_human.txt", "cgi_crossregion_human.txt"))
    assert (line.rule.kind, line.rule.name, line.rule.direction) == ("line_crossed", "Cerca Perimetral", "LeftToRight")
    assert [found.klass for found in line.objects] == ["person"]
    assert (region.rule.kind, region.rule.name, region.vendor.channel) == ("zone_entered", "Courtyard", "1")
    assert region.objects[0].box == Box(0.083018, 0.143572, 0.227567, 0.717861)
    assert region.objects[0].confidence is None  # 0 is "not given"
    assert len(region.rule.region) == 9
    motion = event("cgi_videomotion_start.txt").data
    assert (motion.rule.kind, motion.rule.name, motion.rule.state) == ("motion", "Region1", "start")
    door = event("vto_doorstatus_event.json").data
    assert (door.rule.kind, door.rule.name, door.rule.state) == ("digital_input", "DoorStatus", "stop")


def test_the_published_face_is_nobodys():
    result = read(FILES["cgi_facerecognition_104.txt"].read_bytes())
    (one,) = result.normalized
    assert one.event.data.face.box == Box(0.173361, 0.256379, 0.225858, 0.317422)
    assert result.dropped == {"identification": 1, "attribute": 1}
    assert "Carlos" not in repr(one.event)
    assert "104" not in repr(one.event.data)


@pytest.mark.parametrize("name", FACTS)
def test_every_field_of_the_samples_is_known(name):
    assert read(FILES[name].read_bytes()).unknown_fields == 0

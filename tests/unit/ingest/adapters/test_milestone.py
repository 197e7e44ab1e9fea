"""Milestone AI Bridge: frames, analytic events, and facts about the published templates."""

import pytest

from rasid.contract.fields import Box, Location
from tests.support.reading import JPEG, one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples
from tests.support.vendors.deepstream import line, minimal
from tests.support.vendors.milestone import STREAM, analytic, bridged

FILES = files_of("milestone_aibridge")


@pytest.mark.parametrize(("likelihood", "confidence"), [(-0.1, None), (0.75, 0.75)])
def test_a_frame_is_onvifs_of_the_stream_it_names(likelihood, confidence):
    event = one_event(bridged(likelihood))
    assert (event.type, event.source) == ("vehicle.detected", "/ingest/milestone/cam-1")
    assert (event.data.vendor.channel, event.data.vehicle.kind) == (STREAM, "car")
    assert event.data.objects[0].confidence == confidence
    assert event.data.objects[0].box == Box(0, 0, 0.25, 0.25)


def test_an_analytic_event_is_the_rule_that_fired():
    data = one_event(analytic()).data
    assert (data.rule.kind, data.rule.name, data.rule.region) == ("wrong_way", "Wrong way", ((0.1, 0.5), (0.9, 0.5)))
    (car,) = data.objects
    assert (car.klass, car.class_raw, car.confidence, car.color) == ("vehicle", "Car", 0.8, ("red",))
    assert car.box == Box(0.3, 0.3, 0.5, 0.5)
    assert (data.vendor.channel, data.images[0].kind) == (STREAM, "overview")
    assert {"time_missing", "identity_weak"} <= set(data.warnings)


@pytest.mark.parametrize(
    ("speed", "mps"),
    [
        ({"value": 36, "unitText": "km/h"}, 10.0),
        ({"value": 10.5, "unitText": "m/s"}, 10.5),
        ({"value": 36, "unitText": "mph"}, None),
        ({"value": 36}, None),
    ],
)
def test_without_a_rule_what_was_seen_is_told_with_its_speed(speed, mps):
    event = one_event(analytic({"hasMotion": {"hasSpeed": speed}}, triggeredByRule=None))
    assert (event.type, event.data.vehicle.speed_mps) == ("vehicle.detected", mps)
    assert event.data.raw["speed"] == str(speed["value"])


def test_a_plate_that_was_read_out_is_a_read():
    data = one_event(analytic({"class": "LicensePlate", "readout": "13H45678"}, triggeredByRule=None)).data
    assert (data.plate.text, data.plate.confidence, data.plate.box) == ("13H45678", 0.8, Box(0.3, 0.3, 0.5, 0.5))


def test_plates_are_read_wherever_they_stand_among_the_objects_and_the_rule_is_told_too():
    car, *plates = ({"class": "Car"}, *({"class": "LicensePlate", "readout": text} for text in ("13H45678", "14B1")))
    events = [one.event for one in read(analytic(uuid="e-1", involvedObject=[car, *plates])).normalized]
    assert [event.type for event in events] == ["plate.read", "plate.read", "rule.triggered"]
    assert [event.data.plate.text for event in events[:2]] == ["13H45678", "14B1"]
    assert len({event.data.sighting_id for event in events[:2]}) == 2
    one_of_them = [one.event.data for one in read(analytic(uuid="e-1", involvedObject=[car, plates[0]])).normalized]
    assert len({event.sighting_id for event in one_of_them}) == 1


def test_a_name_that_was_read_out_of_a_person_is_not_kept():
    event = one_event(analytic({"class": "Person", "readout": "Karim", "name": "Karim"}))
    assert "Karim" not in repr(event)


def test_an_application_that_adds_a_time_is_believed():
    data = one_event(analytic(timestamp="2026-03-01T08:00:00.5Z")).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.500Z", "vendor_utc")


def test_corners_outside_the_picture_make_no_box():
    outline = {"hasVertices": [{"x": 3, "y": 0.3}, {"x": 0.5, "y": 0.5}]}
    assert one_event(analytic({"hasOutline": outline})).data.objects[0].box is None


def test_deepstreams_frames_are_read_where_this_adapter_is_configured():
    event = one_event(minimal(line("car")), adapter="milestone")
    assert (event.type, event.source) == ("vehicle.detected", "/ingest/milestone/cam-1")


def test_pictures_alone_are_refused():
    assert one_refusal(JPEG, adapter="milestone").reason == "milestone_missing"


@needs_samples
class TestSamples:
    def test_every_sample_has_its_facts_here(self):
        assert set(FILES) == {"analyticEvent.json", "dsmin1.json", "onvif-frame1.xml", "onvif1.xml"}

    def test_the_published_frames_have_their_boxes_and_no_time(self):
        events = [one.event.data for one in read(FILES["onvif1.xml"].read_bytes()).normalized]
        assert [event.objects[0].box for event in events] == [
            Box(0, 0, 0.25, 0.25),
            Box(0.75, 0, 1, 0.25),
            Box(0, 0.75, 0.25, 1),
            Box(0.75, 0.75, 1, 1),
            Box(0.375, 0.375, 0.625, 0.625),
        ]
        assert {(event.vehicle.kind, event.objects[0].confidence) for event in events} == {("car", None)}
        # The template's places were never filled.
        assert all("time_unreadable" in event.warnings and event.vendor.channel is None for event in events)
        single = one_event(FILES["onvif-frame1.xml"].read_bytes()).data
        assert (single.objects[0].box, single.location) == (Box(0, 0, 0.25, 0.25), Location(50.5, 40.5))

    def test_the_published_analytic_event_has_its_rule_and_its_car(self):
        data = one_event(FILES["analyticEvent.json"].read_bytes()).data
        assert (data.rule.name, data.rule.region) == ("MyRule", ((0.1, 0.5), (0.9, 0.5)))
        assert (data.objects[0].class_raw, data.objects[0].box) == ("Car", Box(0.3, 0.3, 0.5, 0.5))
        assert (data.vendor.channel, data.images[0].media_type) == (None, "image/jpeg")

    @pytest.mark.parametrize("adapter", [None, "milestone"])
    def test_the_published_frame_of_deepstreams_form_gives_four_persons(self, adapter):
        result = read(FILES["dsmin1.json"].read_bytes(), adapter=adapter)
        assert [one.event.type for one in result.normalized] == ["person.detected"] * 4
        assert [one.event.data.objects[0].object_id for one in result.normalized] == [None, None, "4", None]
        assert {one.event.data.objects[0].confidence for one in result.normalized} == {None}
        assert result.dropped == {"attribute": 16}

    @pytest.mark.parametrize("name", ["analyticEvent.json", "onvif1.xml", "onvif-frame1.xml"])
    def test_every_field_of_the_samples_is_known(self, name):
        assert read(FILES[name].read_bytes()).unknown_fields == 0

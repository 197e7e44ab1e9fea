"""DeepStream's two schemas, and facts about their published samples."""

import pytest

from rasid.contract.fields import Location
from tests.support.reading import one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples
from tests.support.vendors.deepstream import UNTRACKED, full, line, minimal, vehicle

FILES = files_of("deepstream")
TOWED = "sedan|Toyota|Corolla|white|13H45678|Maysan|0.8"


def test_a_vehicle_with_a_license_is_a_read_in_either_schema():
    for body in (minimal(line("Vehicle", TOWED)), full(described=vehicle("13H45678"))):
        data = one_event(body).data
        assert (data.plate.text, data.plate.confidence, data.plate.country) == ("13H45678", None, None)
        assert (data.vehicle.kind, data.vehicle.make, data.vehicle.model, data.vehicle.color) == (
            "car",
            "Toyota",
            "Corolla",
            "white",
        )
        assert data.vehicle.confidence == 0.8
        assert data.captured_at == "2026-03-01T08:00:00.123Z"
        assert "frame_size_unknown" in data.warnings


@pytest.mark.parametrize("plate", ["", "UNK-M-0", "UNKNOWN", "unknown", "l"])
def test_placeholders_are_no_plates(plate):
    assert one_event(full(described=vehicle(plate))).type == "vehicle.detected"
    assert one_event(minimal(line("Vehicle", f"sedan|||white|{plate}||0.8"))).type == "vehicle.detected"


@pytest.mark.parametrize(
    ("text", "type_name", "klass"),
    [
        (line("car"), "vehicle.detected", "vehicle"),
        (line("person", "|||||0.88"), "person.detected", "person"),
        (line("TwoWheeler"), "vehicle.detected", "vehicle"),
        (line("road_sign", "||||||0.88"), "object.detected", "other"),
        (line("LPD"), "vehicle.detected", "plate"),
        (line("Spaceship"), "object.detected", "unknown"),
    ],
)
def test_classes_are_taken_for_what_they_are(text, type_name, klass):
    event = one_event(minimal(text))
    assert (event.type, event.data.objects[0].klass) == (type_name, klass)


@pytest.mark.parametrize("confidence", ["-0.1", "0", "", "nan", "1.5"])
def test_what_is_no_confidence_is_none(confidence):
    assert one_event(minimal(line("car", f"||||||{confidence}"))).data.objects[0].confidence is None


@pytest.mark.parametrize("track", [UNTRACKED, "-1", "4294967295", ""])
def test_an_untracked_object_has_no_track(track):
    result = read(minimal(line("car", track=track), line("car", track=track)))
    first, second = (one.event.data for one in result.normalized)
    assert (first.vendor.track_id, first.objects[0].object_id, first.revision) == (None, None, 0)
    assert first.sighting_id != second.sighting_id


def test_a_track_is_one_sighting_of_its_sensor():
    first, later = (
        one_event(minimal(line("car"), **{"@timestamp": at})).data
        for at in ("2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00.040Z")
    )
    assert (first.sighting_id, later.revision - first.revision) == (later.sighting_id, 40)
    assert one_event(minimal(line("car"), sensorId="cam-8")).data.sighting_id != first.sighting_id


def test_pose_and_embedding_stand_in_groups_of_their_own():
    groups = "|#|pose3D|head,1,2,3,0.9|#|embedding|0.5,-0.25,1|"
    car = one_event(minimal(line("Vehicle", TOWED) + groups)).data
    assert (car.plate.text, car.vehicle.confidence) == ("13H45678", 0.8)
    face = one_event(minimal(line("Face", "male|45|black|none|none|none|Karim|brown|0.9") + groups))
    assert (face.type, face.data.face.template_dims, face.data.face.template_model) == ("face.detected", 3, None)
    assert "template_model_unknown" in face.data.warnings


def test_what_is_said_of_persons_is_dropped_and_counted():
    result = read(minimal(line("Person", "male|45|black|none|formal|0.9"), line("car")))
    person, car = (one.event.data for one in result.normalized)
    assert result.dropped == {"attribute": 4}
    assert ("attribute_dropped" in person.warnings, "attribute_dropped" in car.warnings) == (True, False)
    named = read(minimal(line("Face", "male|45|black|none|none|none|Karim|brown|0.9")))
    assert named.dropped == {"attribute": 4, "identification": 1}
    assert "Karim" not in repr(named)
    described = {"age": 45, "gender": "male", "hair": "black", "cap": "none", "apparel": "formal", "confidence": 0.49}
    whole = read(full("person", described))
    assert whole.dropped == {"attribute": 4}
    assert whole.normalized[0].event.data.objects[0].confidence == 0.49


def test_an_empty_frame_says_that_the_pipeline_is_alive():
    assert one_event(minimal()).data.health.component == "heartbeat"


def test_one_bad_object_costs_no_other():
    result = read(minimal(line("car"), "1|2|3"))
    assert len(result.normalized) == 1
    assert [refusal.reason for refusal in result.refusals] == ["object_not_understood"]


def test_nothing_of_a_person_is_kept_of_what_cannot_be_read():
    assert read(minimal("4|Person|#|male")).refusals[0].part == b""
    assert one_refusal(full("person", {"age": 45})[:-40], adapter="deepstream").part == b""


def test_newer_pipelines_write_objects_as_objects():
    thing = {
        "id": "9",
        "type": "Vehicle",
        "confidence": 0.7,
        "bbox": {"leftX": 1, "topY": 2, "rightX": 30, "bottomY": 40},
        "info": {"license": "13H45678", "color": "blue"},
    }
    data = one_event(minimal(thing)).data
    assert (data.plate.text, data.vehicle.color, data.raw["box"]["values"]) == ("13H45678", "blue", [1, 2, 30, 40])


def test_converters_that_name_the_edges_as_the_full_schema_does_are_read():
    thing = {"id": "9", "type": "car", "bbox": {"topleftx": 1, "toplefty": 2, "bottomrightx": 30, "bottomrighty": 40}}
    assert one_event(minimal(thing)).data.raw["box"]["values"] == [1, 2, 30, 40]


@pytest.mark.parametrize(
    ("label", "type_name", "klass"),
    [
        ("car", "vehicle.detected", "vehicle"),
        ("Person", "person.detected", "person"),
        ("lpd", "vehicle.detected", "plate"),
        ("Spaceship", "object.detected", "unknown"),
    ],
)
def test_an_object_under_the_models_own_label_is_what_that_says(label, type_name, klass):
    event = one_event(full(label, {"confidence": 0.87}))
    (thing,) = event.data.objects
    assert (event.type, thing.klass, thing.class_raw, thing.confidence) == (type_name, klass, label, 0.87)


def test_what_classifiers_found_is_read_under_their_names():
    described = {"confidence": 0.87, "vehicletype": "sedan", "carmake": "Toyota", "carcolor": "white"}
    vehicle_seen = one_event(full("car", described)).data.vehicle
    assert (vehicle_seen.kind, vehicle_seen.make, vehicle_seen.color) == ("car", "Toyota", "white")
    result = read(full("Person", {"confidence": 0.87, "gender": "male", "age": "45"}))
    assert result.dropped == {"attribute": 2}


def test_a_plate_that_a_detector_of_plates_found_is_a_read():
    for body in (full("lpd", {"license_plate": "13H45678"}), minimal(line("lpd", "13H45678|0.7"))):
        assert one_event(body).data.plate.text == "13H45678"
    assert one_event(minimal(line("lpd", "13H45678|blue|0.7"))).type == "vehicle.detected"


def test_an_offset_that_a_converter_wrote_is_believed():
    data = one_event(minimal(line("car"), **{"@timestamp": "2026-03-01T11:00:00.000+03:00"})).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.000Z", "vendor_offset")
    assert one_event(minimal(line("car"), **{"@timestamp": "2026-03-01T08:00:00"})).data.captured_at.startswith(
        "2026-03-01T08:00:00"
    )


@pytest.mark.parametrize(("event", "phase"), [("entry", "new"), ("exit", "end"), ("moving", "update")])
def test_what_happened_tells_the_phase(event, phase):
    data = one_event(full(event=event)).data
    assert (data.phase, data.raw["event"], data.vendor.event_id) == (phase, event, "363c430a")


def test_the_placeholder_position_is_none_and_the_sensors_own_counts():
    assert one_event(full()).data.location == Location(31.84, 47.14)
    elsewhere = {"lat": 31.9, "lon": 47.2, "alt": 0}
    assert one_event(full(location=elsewhere)).data.location == Location(31.9, 47.2)


def test_speed_and_direction_without_a_unit_stay_raw():
    data = one_event(full(speed=12.5, direction=331.6)).data
    assert (data.vehicle.speed_mps, data.vehicle.heading_degrees) == (None, None)
    assert (data.raw["speed"], data.raw["direction"]) == ("12.5", "331.6")


def test_a_document_of_neither_schema_is_refused():
    assert one_refusal(b'{"version": "4.0"}', adapter="deepstream").reason == "deepstream_form_unknown"


@needs_samples
class TestSamples:
    def test_every_sample_has_its_facts_here(self):
        assert set(FILES) == {
            "full_moving_aisle_1.json",
            "full_moving_aisle_1500.json",
            "full_parked_spot.json",
            "full_person_pydict_fragment.txt",
            "minimal_v4_car_person_sign.json",
            "minimal_v4_elevator_pydict.txt",
        }

    @pytest.mark.parametrize(
        ("name", "track", "at", "confidence"),
        [
            ("full_moving_aisle_1.json", "^S10_110_127_110_A1_^O1", "2018-09-12T17:20:38.026Z", None),
            ("full_moving_aisle_1500.json", "^S10_110_126_195_A0_^O5", "2018-09-12T17:33:08.073Z", None),
            (
                "full_parked_spot.json",
                "^S10_110_127_111_S0_^O379454f3-60bf-43ab-8878-1b559548f9e9",
                "2018-09-12T17:20:45.390Z",
                1.0,
            ),
        ],
    )
    def test_the_published_vehicles_have_nothing_but_placeholders(self, name, track, at, confidence):
        event = one_event(FILES[name].read_bytes())
        data = event.data
        assert (event.type, data.vendor.track_id, data.captured_at) == ("vehicle.detected", track, at)
        assert (data.vehicle.kind, data.vehicle.make, data.vehicle.color) == (None, None, None)
        assert data.objects[0].confidence == confidence
        assert (data.location is None) == (name != "full_parked_spot.json")

    def test_the_published_frame_gives_its_three_objects(self):
        events = [one.event for one in read(FILES["minimal_v4_car_person_sign.json"].read_bytes()).normalized]
        assert [(event.type, event.data.objects[0].confidence) for event in events] == [
            ("vehicle.detected", 0.962743),
            ("person.detected", 0.880797),
            ("object.detected", 0.883638),
        ]
        assert {event.data.captured_at for event in events} == {"2026-04-30T14:37:50.075Z"}

    def test_the_published_print_is_read_though_it_is_no_json(self):
        result = read(FILES["minimal_v4_elevator_pydict.txt"].read_bytes())
        assert [one.event.type for one in result.normalized] == ["person.detected", *["vehicle.detected"] * 2]
        assert result.normalized[0].event.data.vendor.track_id is None
        assert result.dropped == {"attribute": 5}

    def test_a_published_fragment_is_refused(self):
        assert one_refusal(FILES["full_person_pydict_fragment.txt"].read_bytes()).reason == "format_unknown"

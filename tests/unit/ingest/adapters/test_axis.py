"""Axis's forms: scene metadata of every version, scenarios, and the license plate applications."""

import pytest

from rasid.contract.detections import Count
from rasid.contract.fields import Box, Location
from tests.support.reading import JPEG, one_event, one_refusal, read
from tests.support.vendors.axis import (
    AT,
    CAR,
    EXAMPLES,
    HUMAN,
    IMAGE,
    MILLISECONDS,
    OTHER,
    SCENARIO,
    TRACK,
    body,
    bridge,
    detection,
    frame_beta,
    frame_v1,
    multipart,
    observation,
    push,
    track,
    verifier_event,
)


def data_of(value: bytes, **options):
    return one_event(value, **options).data


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_frame_of_the_first_form_is_read_with_and_without_the_outer_one(wrapped):
    event = one_event(frame_beta(observation(**{"class": CAR}), wrapped=wrapped))
    assert (event.type, event.data.vehicle.kind, event.data.vehicle.color) == ("vehicle.detected", "car", "blue")
    assert event.data.objects[0].box == Box(0.1, 0.2, 0.3, 0.4)
    assert event.data.captured_at == "2026-03-01T08:00:00.123Z"


def test_wrapped_once_more_it_is_the_same():
    assert data_of(body({"data": {"frame": {"timestamp": AT, "observations": [observation()]}}})).objects[0].box


def test_a_track_that_counts_is_of_its_day_and_one_with_a_uuid_is_not():
    today, tomorrow = (data_of(frame_beta(observation(timestamp=day))) for day in (AT, AT.replace("03-01", "03-02")))
    assert today.sighting_id != tomorrow.sighting_id
    today, tomorrow = (
        data_of(body({"channel_id": 1, "timestamp": day, "detections": [detection()]}))
        for day in (AT, AT.replace("03-01", "03-02"))
    )
    assert today.sighting_id == tomorrow.sighting_id
    assert tomorrow.revision - today.revision == 86_400_000


def test_the_whole_track_ends_what_its_frames_began():
    frame, whole = data_of(frame_v1(detection(**{"class": CAR}))), data_of(track(end_time="2026-03-01T08:00:02Z"))
    assert frame.sighting_id == whole.sighting_id
    assert whole.revision > frame.revision
    assert whole.phase == "end"
    assert whole.vehicle.kind == "car"
    assert [image.kind for image in whole.images] == ["vehicle"]


def test_an_absent_array_is_an_empty_frame():
    assert data_of(frame_v1()).health.component == "heartbeat"
    assert data_of(frame_v1(track_events=[{"type": "TrackEnded", "object_track_id": TRACK}])).health.state == "ok"


def test_a_track_that_ends_or_goes_on_under_another_name_is_told_so():
    events = [
        {"type": "TrackEnded", "object_track_id": TRACK},
        {"type": "Rename", "from_id": TRACK, "to_id": OTHER},
    ]
    ended, renamed = (
        one.event.data for one in read(frame_v1(detection(), detection(OTHER), track_events=events)).normalized
    )
    assert (ended.phase, renamed.phase) == ("end", "new")
    assert renamed.raw["renamed_from"] == [TRACK]
    assert data_of(frame_beta(observation("3"), operations=({"type": "DeleteOperation", "id": "3"},))).phase == "end"


def test_what_a_person_wears_is_dropped():
    result = read(frame_v1(detection(**{"class": HUMAN}), detection(OTHER, **{"class": CAR})))
    person, car = (one.event.data for one in result.normalized)
    assert result.dropped == {"attribute": 1}
    assert ("attribute_dropped" in person.warnings, "attribute_dropped" in car.warnings) == (True, False)
    assert person.objects[0].color == ()


@pytest.mark.parametrize(
    ("word", "type_name", "klass"),
    [
        ("Bike", "vehicle.detected", "vehicle"),
        ("VehicleOther", "vehicle.detected", "vehicle"),
        ("Head", "object.detected", "other"),
        ("LicensePlate", "vehicle.detected", "plate"),
        ("Drone", "object.detected", "unknown"),
    ],
)
def test_classes_are_taken_for_what_they_are(word, type_name, klass):
    event = one_event(frame_v1(detection(**{"class": {"type": word, "score": 0.5}})))
    assert (event.type, event.data.objects[0].klass, event.data.objects[0].class_raw) == (type_name, klass, word)


def test_a_vehicle_with_its_plate_is_a_read():
    plate = {"text": "13H45678", "score": 0.77, "country_code": "IQ"}
    data = data_of(frame_v1(detection(**{"class": CAR | {"license_plate": plate}})))
    assert (data.plate.text, data.plate.country, data.plate.confidence) == ("13H45678", "IQ", 0.77)
    assert data.vehicle.kind == "car"


def test_an_object_that_knows_its_place_tells_it():
    place = {"latitude": 31.84, "longitude": 47.14}
    assert data_of(frame_v1(detection(geoposition=place))).location == Location(31.84, 47.14)
    assert data_of(frame_v1(detection(geoposition={"latitude": 0, "longitude": 0}))).location is None


def test_a_snapshot_is_a_picture_of_its_track():
    value = {"channel_id": 1, "object_track_id": TRACK, "timestamp": AT, "class": HUMAN, "image": {"data": IMAGE}}
    event = one_event(body(value))
    assert (event.type, event.data.images[0].kind, event.data.vendor.track_id) == ("person.detected", "person", TRACK)


def test_a_scenario_begins_and_ends():
    begun, over = (data_of(bridge(SCENARIO, active=flag, objectId="7", classTypes="human,car")) for flag in "10")
    assert (begun.rule.name, begun.rule.state, over.rule.state) == ("Device1Scenario1", "start", "stop")
    assert [one.klass for one in begun.objects] == ["person", "vehicle"]
    assert begun.vendor.topic == SCENARIO


@pytest.mark.parametrize(
    ("totals", "counts"),
    [
        ({"total": "5", "totalHuman": "3", "totalCar": "1", "totalBus": "1"}, {"person": 3, "vehicle": 2}),
        ({"total": "2", "human": "2", "otherVehicle": "0"}, {"person": 2, "vehicle": 0}),
        ({"total": "9"}, {"unknown": 9}),
    ],
)
def test_counting_scenarios_report_their_totals(totals, counts):
    event = one_event(bridge(SCENARIO, **totals))
    assert event.type == "count.reported"
    assert event.data.counts == {klass: Count(total=count) for klass, count in counts.items()}


@pytest.mark.parametrize(
    ("topic", "data", "kind"),
    [
        ("axis:CameraApplicationPlatform/VMD/Camera1Profile1", {"active": "1"}, "motion"),
        ("axis:CameraApplicationPlatform/FenceGuard/Camera1Profile1", {"active": "1"}, "line_crossed"),
        ("axis:CameraApplicationPlatform/LoiteringGuard/Camera1Profile1", {"active": "1"}, "loitering"),
        ("onvif:Device/axis:IO/Port", {"state": "1"}, "digital_input"),
        ("onvif:Device/axis:Sensor/PIR", {"state": "1"}, "motion"),
        ("onvif:AudioSource/axis:TriggerLevel", {"triggered": "1"}, "audio"),
        ("onvif:Device/axis:Casing/Open", {"open": "1"}, "tamper"),
        ("onvif:RuleEngine/LineDetector/Crossed", {"ObjectId": "1"}, "line_crossed"),
    ],
)
def test_other_applications_and_inputs_are_rules(topic, data, kind):
    rule = data_of(bridge(topic, **data)).rule
    assert (rule.kind, rule.state) == (kind, "pulse" if "ObjectId" in data else "start")


def test_trouble_over_the_bridge_is_health():
    health = data_of(bridge("axis:Storage/Disruption", disruption="1")).health
    assert (health.component, health.state) == ("storage", "failed")
    assert one_refusal(bridge("onvif:VideoSource/axis:DayNightVision", day="1")).reason == "topic_not_taken"


def test_a_push_is_read_by_its_utc_count_and_not_by_the_cameras_local_text():
    data = data_of(body(push()), time_zone="Asia/Baghdad")
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.123Z", "vendor_utc")
    assert (data.plate.text, data.plate.country, data.plate.region, data.plate.confidence) == (
        "13H45678",
        "IQ",
        "Maysan",
        0.8688,
    )
    assert (data.vehicle.make, data.vehicle.color, data.vehicle.confidence) == ("Skoda", "gray", 0.9)
    assert data.location == Location(31.84, 47.14)


@pytest.mark.parametrize(
    ("time", "moment", "source"),
    [
        ({"capture_timestamp": "", "capture_ts": f"{MILLISECONDS}000000"}, "2026-03-01T08:00:00.123Z", "vendor_utc"),
        ({"capture_timestamp": ""}, "2026-03-01T08:00:00.123Z", "camera_zone"),
        (
            {"capture_timestamp": "", "datetime": "20260301 110000123 +0300"},
            "2026-03-01T08:00:00.123Z",
            "vendor_offset",
        ),
    ],
)
def test_without_milliseconds_the_next_best_time_counts(time, moment, source):
    data = data_of(body(push(**time)), time_zone="Asia/Baghdad")
    assert (data.captured_at, data.time_quality.source) == (moment, source)


def test_new_update_and_lost_are_one_sighting_of_growing_revisions_whatever_the_text():
    texts = {"new": "WR6677", "update": "M WR6677", "lost": "M WR6677"}
    # What is lost is told with the time of the first picture, after updates of later ones.
    times = {"new": 0, "update": 6000, "lost": 0}
    states = [
        data_of(body(push(carState=state, plateUTF8=text, capture_timestamp=str(MILLISECONDS + times[state]))))
        for state, text in texts.items()
    ]
    assert len({data.sighting_id for data in states}) == 1
    assert [data.phase for data in states] == ["new", "update", "end"]
    assert states[0].revision < states[1].revision < states[2].revision
    later = data_of(body(push(carState="update", capture_timestamp=str(MILLISECONDS + 6001))))
    assert later.revision == states[1].revision + 1


def test_the_same_vehicle_as_an_event_is_the_same_sighting():
    pushed = data_of(body(push(carID="4")))
    told = data_of(
        verifier_event(
            "ALPV.Update", text="13H45678", carID="4", capture_timestamp=str(MILLISECONDS), carState="update"
        ),
    )
    assert told.sighting_id == pushed.sighting_id
    assert (told.phase, told.revision > pushed.revision) == ("update", True)


def test_pictures_beside_the_event_are_told_apart_by_their_names():
    example = multipart(
        push(imageType="vehicle"), {"1_lp_X.jpg": JPEG, "2_roi_X.jpg": JPEG + b"2", "image": JPEG + b"3"}
    )
    data = data_of(example.body, content_type=example.content_type)
    assert [image.kind for image in data.images] == ["plate", "overview", "vehicle"]


def test_pictures_inside_the_event_are_taken_as_well():
    images = [
        {"ImageType": "", "ImageFormat": "jpg", "BinaryImage": IMAGE},
        {"ImageType": "vehicle", "BinaryImage": IMAGE},
    ]
    assert [image.kind for image in data_of(body(push(ImageArray=images))).images] == ["plate", "vehicle"]


@pytest.mark.parametrize(
    ("info", "confidence"),
    [
        ({"view": "front", "confidenceMMR": "1"}, 1.0),
        ({"coordinates": [1, 2, 3, 4], "confidenceMMR": "1"}, 0.01),
        ({"confidenceMMR": "96.6"}, None),
    ],
)
def test_the_scale_of_the_vehicles_confidence_is_the_versions(info, confidence):
    data = data_of(body(push(vehicle_info={"type": "CAR"} | info)))
    assert data.vehicle.confidence == confidence
    assert data.raw["vehicle_confidence"] == info["confidenceMMR"]


def test_umlauts_stay_and_another_reading_is_a_candidate():
    data = data_of(body(push(plateUTF8="TÖLSL123", plateASCII="TOLSL123", plateCountry="DEU")))
    assert (data.plate.raw, data.plate.country) == ("TÖLSL123", "DE")
    assert "TOLSL123" in [candidate.text for candidate in data.plate.candidates]


def test_a_list_is_a_hint_and_what_is_written_in_it_about_somebody_is_dropped():
    result = read(body(push(plateListMode="block", plateList="Block list", plateListDescription="Uncle Karim")))
    data = result.normalized[0].event.data
    assert data.plate.list_mode == "block"
    assert result.dropped == {"identification": 1}
    assert "camera_identification_dropped" in data.warnings
    assert "Karim" not in repr(data)


@pytest.mark.parametrize("text", ["", "unknown", "--"])
def test_a_vehicle_without_a_legible_plate_is_a_vehicle(text):
    texts = dict.fromkeys(("plateText", "plateUTF8", "plateASCII"), text)
    assert one_event(body(push(**texts))).type == "vehicle.detected"


def test_the_real_time_event_has_a_box_of_its_own_scale():
    corners = {"left": "0.106250", "top": "-0.418519", "right": "0.368750", "bottom": "-0.500000"}
    data = data_of(
        verifier_event(
            "ALPV.RealTime",
            lpText="MWR6677",
            carID="4",
            timestamp=str(MILLISECONDS),
            **{f"coordinates_{name}": value for name, value in corners.items()},
        ),
    )
    assert data.plate.box == Box(0.553125, 0.709259, 0.684375, 0.75)
    assert (data.captured_at, data.phase) == ("2026-03-01T08:00:00.123Z", "update")


def test_a_reader_with_a_topic_of_its_own_is_read_as_the_verifier_is():
    items = {"text": "13H45678", "country": "IRQ", "carID": "9", "carState": "new", "lpConfidence": "0.856800"}
    items |= {"vehicleMake": "Toyota", "vehicleModel": "Corolla", "vehicleType": "VAN", "vehicleColor": "RED"}
    data = data_of(verifier_event("LPR", capture_timestamp=str(MILLISECONDS), **items))
    assert (data.plate.text, data.plate.country, data.plate.confidence) == ("13H45678", "IQ", 0.8568)
    assert (data.vehicle.make, data.vehicle.model, data.vehicle.kind) == ("Toyota", "Corolla", "van")
    assert (data.captured_at, data.vendor.track_id, data.phase) == ("2026-03-01T08:00:00.123Z", "9", "new")


def test_a_push_without_a_number_of_its_vehicle_and_with_a_time_that_has_a_zone_is_read():
    value = {"plateText": "13H45678", "carState": "new", "datetime": "2026-03-01T11:00:00+03:00", "cameraId": "ACCC8E"}
    data = data_of(body(value))
    assert (data.plate.text, data.captured_at) == ("13H45678", "2026-03-01T08:00:00.000Z")
    assert data.vendor.device_serial == "ACCC8E"


def test_the_publishers_plate_is_read():
    value = {"topic": "gate", "device": "ACCC8E000001", "name": "Gate", "plate": "ABC123", "image": None}
    value |= {"localTime": "2026-03-01 11:00:00", "clock": 39600, "timestamp": MILLISECONDS}
    data = data_of(body(value))
    assert (data.plate.text, data.captured_at, data.vendor.device_serial) == (
        "ABC123",
        "2026-03-01T08:00:00.123Z",
        "ACCC8E000001",
    )


def test_a_post_of_pictures_alone_is_refused():
    assert one_refusal(JPEG, adapter="axis").reason == "axis_missing"


def test_two_events_in_one_body_are_two():
    first, second = body(push()), body(push(carID="2", capture_timestamp=str(MILLISECONDS + 500)))
    assert len(read(first + b"\n" + second).normalized) == 2


def test_a_broken_push_is_refused_and_the_good_one_beside_it_read():
    result = read(body(push()) + b"\n" + body(push())[:-40], adapter="axis")
    assert [one.event.type for one in result.normalized] == ["plate.read"]
    assert [refusal.reason for refusal in result.refusals] == ["json_not_well_formed"]


def test_the_verifiers_heartbeat_is_one():
    assert data_of(EXAMPLES["heartbeat"]).health.component == "heartbeat"

"""Dahua's events: carriers, times that lie, plates wherever they are, and nobody's name."""

import json
from datetime import timedelta

import pytest

from rasid.contract.codec import to_structured
from rasid.contract.detections import Count
from rasid.contract.event_ids import digest
from rasid.contract.fields import Box
from rasid.testing.clock import START
from tests.support.reading import JPEG, one_event, one_refusal, read
from tests.support.vendors.dahua import (
    LINES,
    SNAPPED,
    START_UTC,
    STREAM_TYPE,
    crossing,
    face,
    junction,
    notification,
    push,
    record,
    stream,
)

SEEN_AT = "2026-03-01T08:00:00.305Z"
SOON = START.replace(year=2026, month=3, day=1, hour=8, minute=0, second=1, microsecond=0)
LATER = SOON + timedelta(days=40)
PLATE_BOX = Box(0.199976, 0.499939, 0.299963, 0.549872)


def passed(plate="13A12345", *, received_at=SOON, time_zone="Asia/Baghdad", **changes):
    body = record("TrafficJunction", data=junction(plate, **changes))
    return one_event(body, received_at=received_at, time_zone=time_zone).data


def test_a_vehicle_that_passed_is_a_plate_with_all_that_was_seen():
    data = passed()
    plate, vehicle = data.plate, data.vehicle
    assert (plate.text, plate.confidence, plate.color, plate.plate_type) == ("13A12345", 0.97, "white", "Normal")
    assert (plate.box, vehicle.box) == (PLATE_BOX, Box(0.099988, 0.099988, 0.499939, 0.599927))
    assert (vehicle.kind, vehicle.make, vehicle.color) == ("suv", "Toyota", "silver")
    assert (vehicle.confidence, vehicle.direction, vehicle.speed_mps) == (0.6, "approaching", 10.0)
    assert (data.vendor.group_id, data.vendor.event_id, data.vendor.track_id) == ("1757", "516", "42")
    assert (data.captured_at, data.location, data.raw["lane"]) == (SEEN_AT, None, "2")
    assert "attribute_dropped" in data.warnings
    assert "WithoutSafeBelt" not in repr(data)


CARRIED = {
    "record": (record("TrafficJunction", data=junction()), ""),
    "record without index": (record("TrafficJunction", data=junction(), index=None), ""),
    "stream": (stream(record("TrafficJunction", data=junction())), STREAM_TYPE),
    "stream without type": (stream(record("TrafficJunction", data=junction())), ""),
    "stream of no length": (stream(record("TrafficJunction", data=junction()), length="0"), STREAM_TYPE),
    "rpc": (
        notification({"Code": "TrafficJunction", "Action": "Pulse", "Index": 0, "Data": junction()}),
        "application/json",
    ),
    "bare": (notification({"Code": "TrafficJunction", "Action": "Pulse", "Index": 0, "Data": junction()}), ""),
    "lines": (LINES, "text/plain"),
}


@pytest.mark.parametrize("carrier", CARRIED)
def test_every_carrier_brings_the_same_plate(carrier):
    body, content_type = CARRIED[carrier]
    one = one_event(body, content_type, received_at=SOON)
    assert (one.type, one.data.plate.text, one.data.plate.box) == ("plate.read", "13A12345", PLATE_BOX)
    assert one.data.captured_at.startswith("2026-03-01T08:00:00")


def test_pictures_after_a_record_are_its_pictures():
    first, second = (record("TrafficJunction", data=junction(plate)) for plate in ("13A1", "13A2"))
    body = stream(first, pictures=(JPEG + b"1", JPEG + b"2")) + stream(second, pictures=(JPEG + b"3",))
    shown = [
        [image.sha256 for image in one.event.data.images]
        for one in read(body, STREAM_TYPE, received_at=SOON).normalized
    ]
    assert shown == [[digest(JPEG + b"1"), digest(JPEG + b"2")], [digest(JPEG + b"3")]]
    assert len(one_event(SNAPPED, STREAM_TYPE, received_at=SOON).data.images) == 1


def test_several_records_one_after_another_without_any_delimiter():
    body = (
        record("VideoMotion", "Start")
        + b"\r\n"
        + record("TrafficJunction", data=junction())
        + b"Code=VideoLoss;action=Stop"
    )
    types = [one.event.type for one in read(body, received_at=SOON).normalized]
    assert types == ["rule.triggered", "plate.read", "device.health"]


def test_of_several_records_the_good_ones_are_events_and_each_bad_one_a_refusal():
    body = stream(record("VideoMotion", "Start"), b"Code=TrafficJunction;action=Pulse;index=0;data={\n", b"Heartbeat")
    result = read(body, STREAM_TYPE, received_at=SOON)
    assert [one.event.type for one in result.normalized] == ["rule.triggered", "device.health"]
    assert [refusal.reason for refusal in result.refusals] == ["json_not_well_formed"]


def test_a_comma_that_firmware_forgot_is_put_in_and_told():
    body = notification({"Code": "VideoMotion", "Action": "Start", "Index": 0}).replace(
        b'}, "session"', b'}\n "session"'
    )
    assert "json_mended" in one_event(body).data.warnings


# When.


@pytest.mark.parametrize("zone", ["Asia/Baghdad", None, "Europe/Paris"])
def test_real_utc_is_believed_whatever_utc_says(zone):
    data = passed(received_at=LATER, time_zone=zone)
    assert (data.captured_at, data.time_quality.source) == (SEEN_AT, "vendor_utc")


def test_a_utc_that_reads_as_the_local_clock_is_the_local_clock():
    data = passed(RealUTC=None, received_at=LATER)
    assert (data.captured_at, data.time_quality.source) == (SEEN_AT, "camera_zone")
    assert data.vendor_time == str(START_UTC + 3 * 3600)
    assert "utc_taken_as_local" in data.warnings


def test_without_a_zone_a_local_clock_says_nothing():
    data = passed(RealUTC=None, received_at=LATER, time_zone=None)
    assert data.time_quality.source == "received"
    assert {"utc_taken_as_local", "time_zone_unknown"} <= set(data.warnings)


def test_a_device_whose_clock_is_utc_is_known_by_when_its_events_arrive():
    data = passed(RealUTC=None, UTC=START_UTC, LocaleTime="2026-03-01 08:00:00")
    assert (data.captured_at, data.time_quality.source) == (SEEN_AT, "vendor_utc")


@pytest.mark.parametrize("local", ["2026-03-01 16:00:00", "2026-03-01 11:00:00", "2026-02-28 23:00:00"])
def test_a_utc_beside_another_local_time_is_utc(local):
    body = record("CrossLineDetection", "Start", crossing(LocaleTime=local))
    data = one_event(body, received_at=LATER).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.633Z", "vendor_utc")


@pytest.mark.parametrize(
    ("changes", "captured_at"),
    [
        ({"UTC": float(START_UTC)}, "2026-03-01T08:00:00.633Z"),
        ({"UTC": START_UTC + 0.25}, "2026-03-01T08:00:00.250Z"),
        ({"UTC": str(START_UTC), "UTCMS": None}, "2026-03-01T08:00:00.000Z"),
        ({"UTCMS": 4000}, "2026-03-01T08:00:00.000Z"),
        ({"UTC": 0, "LocaleTime": "2026-03-01 11:00:00"}, "2026-03-01T08:00:00.000Z"),
        ({"UTC": None, "LocaleTime": "2026-03-01 11:00:00"}, "2026-03-01T08:00:00.000Z"),
    ],
)
def test_seconds_with_their_milliseconds_or_the_local_time(changes, captured_at):
    body = record("CrossLineDetection", "Start", crossing(**changes))
    assert one_event(body, received_at=LATER, time_zone="Asia/Baghdad").data.captured_at == captured_at


# Plates.


@pytest.mark.parametrize(
    "changes",
    [
        {"car": {"PlateNumber": None}},
        {"Object": None},
        {"TrafficCar": None},
        {"TrafficCar": None, "Object": None, "PlateNumber": "13A12345"},
        {"TrafficCar": None, "Object": None, "Plate": {"Text": "13A12345"}},
        {"TrafficCar": None, "Object": None, "NonMotor": {"Plate": {"Text": "13A12345"}}},
    ],
)
def test_a_plate_is_found_wherever_the_firmware_puts_it(changes):
    assert passed(**changes).plate.text == "13A12345"


@pytest.mark.parametrize("nothing", [None, "", "--", "unlicensed", "Unlicensed", "Unknow", "无牌车", "noPlate"])
def test_a_vehicle_without_a_legible_plate_is_a_vehicle(nothing):
    body = record("TrafficJunction", data=junction(nothing))
    one = one_event(body, received_at=SOON)
    assert (one.type, one.data.vehicle.kind) == ("vehicle.detected", "suv")
    assert one.data.raw.get("plate") == (nothing or None)


def test_look_alikes_of_other_alphabets_are_folded_and_told():
    data = passed("13\u041012345")  # a Cyrillic A
    assert (data.plate.text, data.plate.raw) == ("13A12345", "13\u041012345")
    assert "plate_homoglyphs_folded" in data.warnings


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8", "text/plain; charset=iso-8859-1"),
        ("utf-8-sig", "text/plain; charset=us-ascii"),
        ("gb18030", "text/plain; charset=gb2312"),
    ],
)
def test_text_is_read_whatever_its_encoding_is_said_to_be(encoding, declared):
    body = record("TrafficJunction", data=junction("京A12345")).decode().encode(encoding)
    assert one_event(body, declared, received_at=SOON).data.plate.text == "京A12345"


@pytest.mark.parametrize(
    ("changes", "direction"),
    [
        ({"car": {"DrivingDirection": ["Leave", "", ""]}, "JunctionDirection": "Obverse"}, "departing"),
        ({"car": {"DrivingDirection": ["", ""]}, "JunctionDirection": "Reverse"}, "departing"),
        ({"car": {"DrivingDirection": None, "VehicleDirection": "Head"}}, "approaching"),
        ({"car": {"DrivingDirection": None}, "VehicleDirection": "Tail"}, "departing"),
        ({"car": {"DrivingDirection": None}}, None),
        ({"car": {"DrivingDirection": [0, 1]}}, None),
    ],
)
def test_a_direction_is_what_the_vehicle_did_and_zero_is_none(changes, direction):
    assert passed(**changes).vehicle.direction == direction


@pytest.mark.parametrize(
    ("given", "confidence"), [(97, 0.97), (0, None), (100, 1.0), (160, None), ("x", None), (1, 0.01)]
)
def test_a_plates_confidence_is_per_cent_and_zero_is_none(given, confidence):
    plate = {"ObjectType": "Plate", "Text": "13A12345", "Confidence": given}
    data = passed(Object=plate)
    assert data.plate.confidence == confidence
    assert ("confidence_missing" in data.warnings) is (confidence is None)


@pytest.mark.parametrize(
    ("code", "country"), [("IRQ", "IQ"), ("SE", "SE"), ("Unknown", None), (None, None), ("7", None)]
)
def test_a_country_is_letters_that_leave_no_doubt(code, country):
    assert passed(car={"Country": code}).plate.country == country


def test_boxes_off_the_grid_or_of_other_units_are_no_boxes():
    vehicle = {"BoundingBox": [0, 0, 99999, 99999], "OriginalBoundingBox": [1, 2, 3, 4]}
    data = passed(Vehicle=vehicle, car={"VehicleBoundingBox": [0, 0, 0, 0]})
    assert data.vehicle.box is None
    assert data.raw["vehicle_box"]["values"] == [0.0, 0.0, 99999.0, 99999.0]


def test_a_box_with_its_corners_swapped_is_the_same_box():
    plate = {"ObjectType": "Plate", "Text": "13A1", "BoundingBox": [2457, 4504, 1638, 4095]}
    assert passed(Object=plate).plate.box == PLATE_BOX


# Identity.


def test_the_shots_of_one_vehicle_are_revisions_of_one_sighting():
    first, second = (passed(IndexInGroup=shot) for shot in (1, 2))
    assert first.sighting_id == second.sighting_id
    assert (first.revision, second.revision) == (1, 2)
    assert passed(GroupID=1758).sighting_id != first.sighting_id


def test_a_group_of_zero_is_no_group():
    events = [passed(GroupID=0, EventID=number) for number in (1, 2)]
    assert events[0].sighting_id != events[1].sighting_id
    assert (events[0].vendor.group_id, events[0].revision) == (None, 0)


def test_the_start_and_the_end_of_one_event_are_one_sighting():
    start, stop = (
        one_event(record("CrossLineDetection", action, crossing()), received_at=SOON).data
        for action in ("Start", "Stop")
    )
    assert start.sighting_id == stop.sighting_id
    assert (start.phase, start.rule.state, stop.phase, stop.rule.state) == ("new", "start", "end", "stop")


# Rules, counts, health.


def test_what_a_vehicle_did_wrong_is_a_rule_beside_its_plate():
    body = record("TrafficOverSpeed", data=junction(car={"Speed": 118}))
    plate, rule = (one.event for one in read(body, received_at=SOON).normalized)
    assert (plate.type, rule.type) == ("plate.read", "rule.triggered")
    assert (rule.data.rule.kind, plate.data.vehicle.speed_mps) == ("speeding", 32.778)
    assert plate.data.sighting_id == rule.data.sighting_id
    assert plate.id != rule.id


def test_a_line_with_separators_in_its_name_and_where_it_is():
    data = one_event(record("CrossLineDetection", "Start", crossing()), received_at=SOON).data
    assert (data.rule.kind, data.rule.name) == ("line_crossed", "Clôture; nord=1")
    assert data.rule.region == ((0.0, 0.4999), (1.0, 0.4999))
    (person,) = data.objects
    assert (person.klass, person.object_id, person.confidence) == ("person", "84", 0.2)


@pytest.mark.parametrize(
    ("code", "data", "kind"),
    [
        ("CrossRegionDetection", {"Direction": "Enter"}, "zone_entered"),
        ("CrossRegionDetection", {"Direction": "Leave"}, "zone_left"),
        ("CrossRegionDetection", {"Direction": "Both"}, "zone_intrusion"),
        ("CrossRegionDetection", {}, "zone_intrusion"),
        ("WanderDetection", {}, "loitering"),
        ("VideoBlind", None, "tamper"),
        ("SceneChange", None, "tamper"),
        ("AlarmLocal", None, "digital_input"),
        ("AudioMutation", None, "audio"),
        ("RioterDetection", {}, "crowd"),
        ("ParkingDetection", {}, "parking"),
        ("LeftDetection", {}, "other"),
    ],
)
def test_rules_in_our_words(code, data, kind):
    assert one_event(record(code, "Start", data)).data.rule.kind == kind


def test_motion_of_a_person_says_which():
    data = one_event(
        record("SmartMotionHuman", "Start", {"object": [{"HumamID": 25, "Rect": [0, 0, 4095, 8191]}]})
    ).data
    assert (data.rule.kind, data.objects[0].object_id) == ("motion", "25")
    assert data.objects[0].box == Box(0.0, 0.0, 0.499939, 1.0)


def test_people_that_went_in_and_out_are_counted():
    data = one_event(record("NumberStat", "Pulse", {"EnteredSubtotal": 12, "ExitedSubtotal": 7, "UTC": START_UTC})).data
    assert data.counts == {"person": Count(in_=12, out=7)}
    assert one_refusal(record("NumberStat", "Pulse", {"UTC": START_UTC})).reason == "count_missing"


@pytest.mark.parametrize(("action", "state"), [("Start", "failed"), ("Stop", "ok")])
def test_trouble_begins_and_ends(action, state):
    health = one_event(record("StorageFailure", action)).data.health
    assert (health.component, health.state, health.code) == ("storage", state, "StorageFailure")


@pytest.mark.parametrize("body", [b"Heartbeat", record("NewFile"), b'{"Active": "keepAlive", "DeviceID": "d"}'])
def test_what_a_device_tells_of_itself_is_a_sign_of_life(body):
    assert one_event(body).data.health.component == "heartbeat"


# Persons.


def test_a_face_is_a_place_a_picture_and_nobodys():
    body = stream(record("FaceRecognition", "Start", face()), pictures=(JPEG,))
    result = read(body, STREAM_TYPE, received_at=SOON)
    (one,) = result.normalized
    data = one.event.data
    assert (one.event.type, data.face.box) == ("face.detected", Box(0.199976, 0.099988, 0.299963, 0.250031))
    assert [image.kind for image in data.images] == ["face"]
    assert result.dropped == {"identification": 1, "attribute": 3}
    assert result.unknown_fields == 0
    text = to_structured(one.event).decode()
    assert not [claim for claim in ("Somebody", "104", "94", "Man", "Smile", "31") if f'"{claim}' in text]


def test_each_face_of_an_event_is_an_event():
    two = [{"BoundingBox": [0, 0, 819, 819], "ObjectID": 1}, {"BoundingBox": [819, 819, 1638, 1638], "ObjectID": 2}]
    events = [one.event for one in read(record("FaceDetection", "Start", face(Faces=two)), received_at=SOON).normalized]
    assert [one.data.vendor.track_id for one in events] == ["1", "2"]
    assert events[0].data.sighting_id != events[1].data.sighting_id


def test_a_face_event_without_place_and_picture_is_refused_and_nothing_of_it_kept():
    refusal = one_refusal(record("FaceRecognition", "Start", {"Candidates": [{"Person": {"Name": "Somebody"}}]}))
    assert (refusal.reason, refusal.part) == ("face_event_refused", b"")


def test_a_body_and_its_face_are_a_person_and_a_face():
    body = {"ObjectID": 1520, "ObjectType": "Human", "BelongID": 1520, "BoundingBox": [0, 0, 819, 4095], "UpClothes": 3}
    head = {
        "ObjectID": 1001520,
        "ObjectType": "HumanFace",
        "BelongID": 1520,
        "BoundingBox": [0, 0, 409, 409],
        "Age": 30,
    }
    result = read(record("HumanTrait", "Start", {"UTC": START_UTC, "Objects": [body, head]}), received_at=SOON)
    person, seen = (one.event for one in result.normalized)
    assert (person.type, seen.type) == ("person.detected", "face.detected")
    assert person.data.objects[0].box == Box(0.0, 0.0, 0.099988, 0.499939)
    assert (seen.data.objects[0].parent_id, seen.data.vendor.track_id) == ("1520", "1001520")
    assert result.dropped == {"attribute": 2}
    assert person.data.sighting_id != seen.data.sighting_id


def test_a_post_of_several_events_gives_its_time_once():
    one = {"Code": "CrossLineDetection", "Action": "Start", "Index": 0, "Data": {"Name": "gate"}}
    body = json.dumps({"Channel": 0, "Time": "2026-03-01 11:00:00", "Events": [one, one | {"Index": 1}]}).encode()
    found = [one.event.data for one in read(body, received_at=LATER, time_zone="Asia/Baghdad").normalized]
    assert [(data.captured_at, data.vendor.channel) for data in found] == [
        ("2026-03-01T08:00:00.000Z", "0"),
        ("2026-03-01T08:00:00.000Z", "1"),
    ]


def test_a_head_in_other_letters_and_a_delimiter_without_headers():
    heads = (b"code=VideoMotion;Action=START;Index=3", b"Code=VideoLoss;action=Stop;index=3")
    body = b"".join(b"--myboundary\r\n" + head + b"\r\n" for head in heads)
    motion, loss = (one.event for one in read(body).normalized)
    assert (motion.data.rule.state, motion.data.vendor.channel) == ("start", "3")
    assert loss.data.health.component == "link"


@pytest.mark.parametrize("code", ["AccessControl", "Invite"])
def test_who_came_through_a_door_is_nobodys_business_here(code):
    refusal = one_refusal(record(code, "Pulse", {"UserID": "17", "CardName": "Somebody"}))
    assert refusal.reason == "access_event_refused"
    assert b"Somebody" not in refusal.part


def test_a_code_nobody_knows_is_refused_with_what_can_be_done():
    refusal = one_refusal(record("SomethingNew", "Start", {"a": 1}))
    assert refusal.reason == "event_type_unknown"
    assert "SomethingNew" in refusal.detail


# The HTTP push of traffic cameras.


def test_a_push_is_a_plate_with_its_pictures():
    data = one_event(push(), "application/json", received_at=SOON, time_zone="Asia/Baghdad").data
    assert (data.plate.text, data.plate.confidence, data.plate.box) == ("13A12345", 0.95, PLATE_BOX)
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.250Z", "camera_zone")
    assert (data.vehicle.kind, data.vehicle.color, data.vehicle.direction) == ("truck", "black", "approaching")
    assert [image.kind for image in data.images] == ["plate", "overview"]
    assert data.vendor.device_serial == "device-1"


@pytest.mark.parametrize(
    ("snap", "mode"),
    [({"AllowUser": True}, "allow"), ({"BlockUser": "true"}, "block"), ({"AllowUser": False}, None), ({}, None)],
)
def test_what_the_devices_own_list_says_is_a_hint(snap, mode):
    assert one_event(push(**snap)).data.plate.list_mode == mode


def test_a_picture_that_is_none_is_left_out_and_told():
    data = one_event(push().replace(b"/9j/", b"!!!!"), received_at=SOON).data
    assert data.images == ()
    assert "picture_not_an_image" in data.warnings

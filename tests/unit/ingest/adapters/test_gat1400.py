"""GA/T 1400: vehicles, persons and faces in lists and notices, and what is not kept of them."""

import json

import pytest

from rasid.contract.fields import Box
from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.gat1400 import DEVICE, SOURCE, face, image, keepalive, listed, notice, person, vehicle


def seen(plate: str = "京AF0236", *images, **changes):
    return one_event(listed("MotorVehicle", vehicle(plate, *images, **changes))).data


def test_a_vehicle_says_what_passed_when_and_where():
    data = seen()
    assert (data.plate.text, data.plate.color, data.plate.plate_type, data.plate.confidence) == (
        *("京AF0236", "blue", "02"),
        0.96,
    )
    assert data.plate.character_confidences == (0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97)
    assert (data.vehicle.kind, data.vehicle.color, data.vehicle.heading_degrees) == ("car", "white", 90.0)
    assert data.vehicle.speed_mps == 10.0
    assert data.vehicle.box == data.objects[0].box == Box(0.25, 0.25, 0.5, 0.5)
    assert [image.kind for image in data.images] == ["overview", "plate"]
    assert (data.vendor.device_serial, data.vendor.group_id) == (DEVICE, SOURCE)


@pytest.mark.parametrize(
    ("zone", "captured_at", "source"),
    [
        (None, "2026-03-01T08:00:00.000Z", "vendor_offset"),
        ("Asia/Shanghai", "2026-03-01T08:00:00.000Z", "camera_zone"),
        ("Asia/Baghdad", "2026-03-01T13:00:00.000Z", "camera_zone"),
    ],
)
def test_times_are_beijings_unless_the_camera_is_registered_elsewhere(zone, captured_at, source):
    data = one_event(listed("MotorVehicle", vehicle()), time_zone=zone).data
    assert (data.captured_at, data.time_quality.source) == (captured_at, source)


@pytest.mark.parametrize(
    ("changes", "captured_at"),
    [
        ({"PassTime": "20260301160000123"}, "2026-03-01T08:00:00.123Z"),
        ({"PassTime": "20260301160000.123"}, "2026-03-01T08:00:00.123Z"),
        ({"PassTime": "", "AppearTime": "20260301160001"}, "2026-03-01T08:00:01.000Z"),
        ({"PassTime": ""}, "2026-03-01T08:00:00.000Z"),
        ({"PassTime": "2026-03-01 16:00:00"}, "2026-03-01T08:00:00.000Z"),
        ({"PassTime": "2026-03-01T11:00:00+03:00"}, "2026-03-01T08:00:00.000Z"),
        ({"PassTime": 1772352000250}, "2026-03-01T08:00:00.250Z"),
    ],
)
def test_the_time_is_the_first_that_is_given(changes, captured_at):
    assert seen(**changes).captured_at == captured_at


@pytest.mark.parametrize(
    ("plate", "kind", "warning"),
    [
        ("京AF0236", "plate.read", None),
        ("无车牌", "vehicle.detected", None),
        ("", "vehicle.detected", None),
        ("--------", "vehicle.detected", None),
        ("京A-0236", "vehicle.detected", "plate_partly_read"),
    ],
)
def test_a_dash_is_a_character_nobody_could_read(plate, kind, warning):
    event = one_event(listed("MotorVehicle", vehicle(plate)))
    assert event.type == kind
    assert warning is None or warning in event.data.warnings


def test_what_moves_without_a_motor_is_a_vehicle_too():
    one = vehicle("12345", NonMotorVehicleID=f"{SOURCE}0300001", VehicleClass="") | {"MotorVehicleID": None}
    event = one_event(listed("NonMotorVehicle", one))
    assert (event.type, event.data.objects[0].class_raw) == ("plate.read", "NonMotorVehicle")


def test_a_box_without_the_size_of_its_picture_stays_as_written():
    data = seen("A1", image("02"), image("01", Width="", Height=""))
    assert (data.vehicle.box, data.raw["box"]["values"]) == (None, [480, 270, 960, 540])
    assert "frame_size_unknown" in data.warnings
    assert "box" not in seen(LeftTopX=0, LeftTopY=0, RightBtmX=0, RightBtmY=0).raw


def test_a_person_is_where_and_when_and_nothing_else():
    result = read(listed("Person", person()))
    (one,) = result.normalized
    assert (one.event.type, one.event.data.objects[0].klass) == ("person.detected", "person")
    assert [image.kind for image in one.event.data.images] == ["person", "overview"]
    assert result.dropped == {"attribute": 4, "identification": 1}
    assert {"attribute_dropped", "camera_identification_dropped"} <= set(one.event.data.warnings)
    assert "somebody" not in json.dumps(one.event.data.raw)


def test_a_face_is_on_the_topic_of_faces_with_its_crop():
    result = read(listed("Face", face()))
    (one,) = result.normalized
    assert one.event.type == "face.detected"
    assert one.event.data.face.box == Box(0.25, 0.25, 0.5, 0.5)
    assert [image.kind for image in one.event.data.images] == ["face", "overview"]
    assert result.dropped == {"attribute": 2, "identification": 1}


def test_who_sits_in_front_is_not_kept():
    result = read(listed("MotorVehicle", vehicle("A1", image("01"), image("04"), image("5"), SafetyBelt=1, Calling=1)))
    (one,) = result.normalized
    assert [image.kind for image in one.event.data.images] == ["overview"]
    assert result.dropped == {"attribute": 4}


@pytest.mark.parametrize(
    "body",
    [
        notice("Subscribe", MotorVehicleObjectList={"MotorVehicleObject": [vehicle()]}, PersonObjectList=""),
        notice("Disposition", DispositionID="1", MotorVehicleObject=vehicle()),
        listed("MotorVehicle", vehicle()),
        json.dumps({"MotorVehicleObject": [vehicle()]}).encode(),
    ],
)
def test_a_vehicle_is_read_wherever_it_stands(body):
    assert one_event(body, adapter="gat1400").data.plate.text == "京AF0236"


def test_an_alarm_about_a_person_is_a_person_who_was_seen():
    result = read(notice("Disposition", DispositionID="1", PersonObject=person()))
    assert [one.event.type for one in result.normalized] == ["person.detected"]
    assert result.dropped["identification"] == 1


def test_signs_of_life():
    event = one_event(keepalive())
    assert (event.type, event.data.health.component) == ("device.health", "heartbeat")
    assert one_event(b'{"UnRegisterObject": {"DeviceID": "1"}}').type == "device.disconnected"
    assert one_event(b'{"RegisterObject": {"DeviceID": "1"}}').type == "device.connected"


def test_a_devices_number_in_place_of_an_id_does_not_make_two_vehicles_one():
    result = read(listed("MotorVehicle", *(vehicle(plate, MotorVehicleID=DEVICE) for plate in ("A1", "A2"))))
    assert len({one.event.data.sighting_id for one in result.normalized}) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"MotorVehicleListObject": {"MotorVehicleObject": []}}', "list_empty_or_unknown"),
        (b'{"ImageListObject": {"Image": [{"Name": "somebody"}]}}', "list_empty_or_unknown"),
        (b'{"FaceListObject": {"FaceObject": [{"Name": "somebody"', "json_not_well_formed"),
        (b"face", "list_missing"),
    ],
)
def test_what_is_not_read_is_refused_without_what_it_says_of_people(body, reason):
    refusal = one_refusal(body, adapter="gat1400")
    assert refusal.reason == reason
    assert b"somebody" not in refusal.part


@pytest.mark.parametrize(
    ("thing", "type_name"),
    [(vehicle(), "plate.read"), (person(), "person.detected"), (face(PersonID="p-1"), "face.detected")],
)
def test_objects_that_stand_in_no_list_are_read_alone_and_several(thing, type_name):
    assert one_event(json.dumps(thing).encode()).type == type_name
    several = read(json.dumps([thing, thing | {"LeftTopX": 481}]).encode())
    assert [one.event.type for one in several.normalized] == [type_name] * 2

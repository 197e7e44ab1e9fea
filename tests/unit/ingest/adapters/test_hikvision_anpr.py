"""Plate reads in Hikvision's format."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rasid.contract.fields import Box, Location
from tests.support.reading import CAPTURED_AT, JPEG, PNG, one_event, one_refusal, read
from tools.demo.hikvision import NAMESPACES, PICTURE_KINDS, anpr_xml, multipart

FRAME = {"width": 1920, "height": 1080}


def event(plate="13 A 12345", *, captured_at=CAPTURED_AT, camera=None, **changes):
    options = {"captured_at": captured_at, "event_id": "e-1"} | changes
    return one_event(anpr_xml(plate, **options), time_zone="Asia/Baghdad", **(camera or {}))


def anpr(plate="13 A 12345", **fields):
    return event(plate, anpr=fields).data


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_namespace_does_not_matter(namespace):
    assert event(namespace=namespace).data.plate.text == "13A12345"


def test_a_read_says_which_device_saw_what_when():
    data = event(captured_at=CAPTURED_AT + timedelta(milliseconds=250)).data
    assert (data.vendor.event_id, data.vendor.channel, data.vendor.topic) == ("e-1", "1", None)
    assert (data.vendor.track_id, data.vendor.device_serial) == ("1", "02:00:00:00:00:10")
    assert (data.vendor_time, data.captured_at) == ("2026-03-01T11:00:00+03:00", "2026-03-01T08:00:00.250Z")
    assert not data.time_quality.suspicious
    assert data.warnings == ()


@pytest.mark.parametrize(
    ("raw", "text", "script"),
    [
        ("13 A 12345", "13A12345", "latin"),
        ("abc123", "ABC123", "latin"),
        ("٤٥٢٧١ ب", "45271ب", "arabic"),
        ("۴۵۲۷۱ب", "45271ب", "arabic"),
        ("0017410127", "0017410127", "latin"),
        ("8กผ444", "8กผ444", "other"),
        ("蓝皖A7XG66", "皖A7XG66", "mixed"),
        ("皖A7XG66", "皖A7XG66", "mixed"),
        ("黄绿苏AD12345", "苏AD12345", "mixed"),
        ("黑A12345", "黑A12345", "mixed"),
        ("黑黑A12345", "黑A12345", "mixed"),
        ("蓝黑A12345", "黑A12345", "mixed"),
        ("蓝A12345", "A12345", "latin"),
    ],
)
def test_a_plate_is_read_in_every_script_and_without_its_color_character(raw, text, script):
    plate = anpr(raw).plate
    assert (plate.raw, plate.text, plate.script) == (raw, text, script)
    assert plate.character_confidences == () or len(plate.character_confidences) == len(text)


@pytest.mark.parametrize(
    "raw", ["unknown", "UNKNOWN", "Unknow", "无车牌", "--", "-", "unlicensed", "", None, "蓝", "无牌车"]
)
def test_a_vehicle_whose_plate_nobody_could_read_is_a_vehicle(raw):
    one = event("x", anpr={"licensePlate": raw, "confidenceLevel": 0})
    assert one.type == "vehicle.detected" if raw != "蓝" else True
    assert one.data.vehicle.kind == "car"


@pytest.mark.parametrize(
    ("level", "confidence"),
    [("97", 0.97), ("100", 1.0), ("95.5", 0.955), ("0.95", 0.0095), ("1", 0.01)],
)
def test_confidence_is_per_cent_whatever_the_number_looks_like(level, confidence):
    data = anpr(confidenceLevel=level)
    assert data.plate.confidence == confidence
    assert (data.raw["confidence"], data.raw["confidence_scale"]) == (level, 100.0)


@pytest.mark.parametrize("level", [None, "", "0", "101", "-1", "NaN", "1e999", "high", "18446744073709551615"])
def test_a_confidence_that_is_none_is_null(level):
    data = anpr(confidenceLevel=level)
    assert data.plate.confidence is None
    assert "confidence_missing" in data.warnings


@pytest.mark.parametrize(
    ("believed", "count"),
    [
        ("99,98,97,96,95,94,93,92", 8),
        ("99,0,99,99,99,99,99,99", 8),
        ("0", 0),
        ("99,99", 0),
        ("99,,99,99,99,99,99,99", 0),
        (None, 0),
        ("a,b", 0),
    ],
)
def test_character_confidences_are_one_for_each_character_or_none(believed, count):
    assert len(anpr(plateCharBelieve=believed).plate.character_confidences) == count


def test_the_list_of_a_prefixed_plate_is_one_shorter_and_fits_the_text():
    plate = anpr("蓝皖A7XG66", plateCharBelieve="98,99,97,96,95,94,93").plate
    assert plate.character_confidences == (0.98, 0.99, 0.97, 0.96, 0.95, 0.94, 0.93)


@pytest.mark.parametrize(
    ("fields", "country", "country_raw"),
    [
        ({"country": 59}, None, "59"),
        ({"CRIndex": 3}, None, "3"),
        ({"country": "IQ"}, None, "IQ"),
        ({}, None, None),
    ],
)
def test_the_vendors_country_numbers_are_kept_and_not_interpreted(fields, country, country_raw):
    plate = anpr(**fields).plate
    assert (plate.country, plate.country_raw, plate.is_format_valid) == (country, country_raw, None)


@pytest.mark.parametrize(
    ("abbreviation", "plate", "country", "is_valid", "region"),
    [
        ("IRQ", "13 A 12345", "IQ", True, "Maysan"),
        ("DZA", "0017410127", "DZ", True, "Mostaganem"),
        ("IRQ", "ABC123", "IQ", False, None),
        ("NON", "13 A 12345", None, None, None),
        ("UKR", "AA1234BB", None, None, None),
    ],
)
def test_a_country_in_certain_letters_lets_the_plate_be_taken_apart(abbreviation, plate, country, is_valid, region):
    read_plate = event(plate, countryAbbreviation=abbreviation).data.plate
    assert (read_plate.country, read_plate.is_format_valid, read_plate.region) == (country, is_valid, region)
    assert read_plate.country_raw == abbreviation


def test_rectangles_are_on_the_grid_of_a_thousand_and_kept_as_written():
    infos = [
        {
            "type": "detectionPicture",
            "plateRect": {"X": 375, "Y": 645, "width": 227, "height": 118},
            "vehicelRect": {"x": 241, "y": 86, "width": 547, "height": 765},
        }
    ]
    data = event(anpr={"pictureInfoList": {"pictureInfo": infos}}, detectionBackgroundImageResolution=FRAME).data
    assert data.plate.box == Box(0.375, 0.645, 0.602, 0.763)
    assert data.vehicle.box == Box(0.241, 0.086, 0.788, 0.851)
    assert data.objects[0].box == data.vehicle.box
    assert data.raw["box"] == {
        "values": [375.0, 645.0, 227.0, 118.0],
        "space": "xywh_0_1000",
        "frame_width": 1920.0,
        "frame_height": 1080.0,
    }


@pytest.mark.parametrize(
    ("rectangle", "box", "space"),
    [
        ({"X": 0.375, "Y": 0.5, "width": 0.25, "height": 0.125}, Box(0.375, 0.5, 0.625, 0.625), "xywh_0_1"),
        ({"X": 1200, "Y": 800, "width": 227, "height": 118}, None, "unknown"),
        ({"X": 900, "Y": 645, "width": 227, "height": 118}, None, "unknown"),
        ({"X": 375, "Y": 645, "width": 0, "height": 118}, None, "unknown"),
        ({"X": -5, "Y": 645, "width": 10, "height": 118}, Box(0.0, 0.645, 0.005, 0.763), "xywh_0_1000"),
        ({"X": 0, "Y": 0, "width": 0, "height": 0}, None, None),
        ({"X": 375, "Y": "NaN", "width": 227, "height": 118}, None, None),
        ({"X": 375}, None, None),
    ],
)
def test_a_rectangle_on_no_known_scale_is_kept_and_not_guessed(rectangle, box, space):
    data = anpr(pictureInfoList={"pictureInfo": {"plateRect": rectangle}})
    assert data.plate.box == box
    assert data.raw.get("box", {}).get("space") == space


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("forward", "forward"),
        ("reverse", "backward"),
        ("Reverse", "backward"),
        ("unknown", None),
        (None, None),
        ("left", None),
    ],
)
def test_the_direction_is_that_of_the_lane_and_the_word_is_kept(direction, expected):
    data = anpr(direction=direction)
    assert data.vehicle.direction == expected
    assert data.raw.get("direction") == direction


@pytest.mark.parametrize(
    ("vehicle_type", "kind"),
    [
        ("vehicle", "car"),
        ("SUVMPV", "suv"),
        ("van", "van"),
        ("buggy", "light_truck"),
        ("truck", "truck"),
        ("largeBus", "bus"),
        ("twoWheelVehicle", "two_wheeler"),
        ("hovercraft", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_vehicle_words_are_translated_or_left_open_with_the_word_kept(vehicle_type, kind):
    data = anpr(vehicleType=vehicle_type)
    assert data.vehicle.kind == kind
    assert data.raw.get("vehicle_type") == vehicle_type
    if vehicle_type not in {None, "unknown"}:
        assert (data.objects[0].klass, data.objects[0].class_raw) == ("vehicle", vehicle_type)


def test_colors_speed_and_codes_of_the_vehicle():
    data = anpr(
        plateColor="newEnergyGreen",
        vehicleInfo={"color": "deepBlue", "speed": 36, "vehicleLogoRecog": 1036, "index": 0},
        color="red",
    )
    assert (data.plate.color, data.vehicle.color, data.vehicle.speed_mps) == ("green", "blue", 10.0)
    assert (data.vehicle.make, data.raw["brand_code"]) == (None, "1036")
    assert data.vendor.track_id is None
    assert anpr(vehicleInfo={"color": "other", "speed": 0}).vehicle.color is None
    assert anpr(vehicleInfo={"speed": 0}).vehicle.speed_mps is None
    assert anpr(vehicleInfo=None, color="orange").vehicle.color == "orange"


@pytest.mark.parametrize(
    ("fields", "lane"), [({"line": 2}, "2"), ({"line": None, "laneNo": 3}, "3"), ({"line": None}, None)]
)
def test_the_lane_is_kept_as_the_device_numbers_it(fields, lane):
    assert anpr(**fields).raw.get("lane") == lane


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({"vehicleListName": "otherList"}, "other"),
        ({"vehicleListName": "allowList"}, "allow"),
        ({"listType": "whiteList", "vehicleListName": None}, "allow"),
        ({"vehicleListName": "blockList"}, "block"),
        ({"listType": "blackList"}, "block"),
        ({"listType": "temporary"}, "temporary"),
        ({"vehicleListName": "staff"}, None),
        ({"vehicleListName": None}, None),
    ],
)
def test_the_cameras_own_list_is_named_in_one_way(fields, mode):
    assert anpr(**fields).plate.list_mode == mode


def test_a_read_before_the_cameras_rules_is_another_candidate():
    plate = anpr("13 A 12345", originalLicensePlate="蓝I3 A I2345").plate
    assert [candidate.text for candidate in plate.candidates] == ["I3AI2345"]
    assert anpr("13 A 12345", originalLicensePlate="13 A 12345").plate.candidates == ()


@pytest.mark.parametrize("uuid", [None, "", "00000000-0000-0000-0000-000000000000", "0"])
def test_an_id_that_is_none_is_not_used(uuid):
    one = event(event_id=uuid)
    assert one.data.vendor.event_id is None
    assert one.data.sighting_id == event(event_id=uuid).data.sighting_id
    assert one.data.sighting_id != event("13 A 99999", event_id=uuid).data.sighting_id


def test_the_same_event_sent_again_later_is_the_same_sighting_and_a_replay():
    first = event()
    again = event(isDataRetransmission="true")
    assert again.data.is_replay
    assert not first.data.is_replay
    assert first.data.sighting_id == again.data.sighting_id


@pytest.mark.parametrize(
    ("field", "value", "serial"),
    [
        ("deviceSerialNo", "DS-1", "DS-1"),
        ("Extensions", {"serialNumber": "DS-2"}, "DS-2"),
        ("deviceID", "7", "02:00:00:00:00:10"),
    ],
)
def test_a_serial_number_goes_before_the_network_address(field, value, serial):
    assert event(**{field: value}).data.vendor.device_serial == serial


def gps(longitude, latitude, letters="EN"):
    names = ("degree", "minute", "sec")
    return {
        "longitudeType": letters[0],
        "latitudeType": letters[1],
        "Longitude": dict(zip(names, longitude, strict=True)),
        "Latitude": dict(zip(names, latitude, strict=True)),
    }


@pytest.mark.parametrize(
    ("position", "location"),
    [
        (gps((47, 8, 41.28), (31, 50, 8.16)), Location(latitude=31.8356, longitude=47.1448)),
        (gps((47, 8, 41.28), (31, 50, 8.16), "WS"), Location(latitude=-31.8356, longitude=-47.1448)),
        (gps((0, 0, 0.0), (0, 22, 0)), Location(latitude=0.3666667, longitude=0.0)),
        (gps((0, 0, 0.0), (0, 0, 0)), None),
        (gps((181, 0, 0), (31, 0, 0)), None),
        (gps((47, 0, 0), (91, 0, 0)), None),
        (gps((47, 75, 0), (31, 0, 0)), None),
        (gps((47, 0, 0), (31, 0, 0), "XY"), None),
        ({"longitudeType": "E"}, None),
    ],
)
def test_a_position_in_degrees_minutes_and_seconds(position, location):
    assert event(DeviceGPSInfo=position).data.location == location


@pytest.mark.parametrize(
    ("picture_time", "captured_at"),
    [
        ("20260301110000925", "2026-03-01T08:00:00.925Z"),
        ("20260301105959925", "2026-03-01T07:59:59.925Z"),
        ("20260301110002000", "2026-03-01T08:00:00.000Z"),
        ("20260301080000925", "2026-03-01T08:00:00.000Z"),
        ("20269999999999999", "2026-03-01T08:00:00.000Z"),
        ("", "2026-03-01T08:00:00.000Z"),
    ],
)
def test_the_pictures_milliseconds_count_only_when_it_is_the_same_moment(picture_time, captured_at):
    assert anpr(pictureInfoList={"pictureInfo": {"absTime": picture_time}}).captured_at == captured_at


@pytest.mark.parametrize(
    ("captured_at", "zone", "source", "warning"),
    [
        (CAPTURED_AT, timezone(timedelta(hours=8)), "vendor_offset", "time_zone_suspicious"),
        (CAPTURED_AT, timezone(timedelta(hours=3)), "vendor_offset", None),
        (datetime(2026, 3, 1, 11, 0), None, "camera_zone", None),  # noqa: DTZ001 - as a camera without an offset writes it
        (datetime(2034, 1, 4, 7, 57, tzinfo=UTC), timezone(timedelta(hours=3)), "vendor_offset", "time_in_future"),
        (datetime(1970, 1, 1, tzinfo=UTC), timezone(timedelta(hours=3)), "vendor_offset", "time_before_2015"),
    ],
)
def test_the_clock_is_judged_and_never_corrected(captured_at, zone, source, warning):
    data = event(captured_at=captured_at, zone=zone).data
    assert data.time_quality.source == source
    assert data.time_quality.suspicious is (warning is not None)
    assert warning is None or warning in data.warnings


@pytest.mark.parametrize("field", ["pilotsafebelt", "uphone", "smoking", "frontChild", "age", "gender", "ethnic"])
def test_what_people_do_or_are_is_dropped_and_counted(field):
    body = anpr_xml(captured_at=CAPTURED_AT, anpr={field: "certainly"})
    result = read(body)
    assert result.dropped == {"attribute": 1}
    data = result.normalized[0].event.data
    assert "attribute_dropped" in data.warnings
    assert "certainly" not in str(data)
    assert read(anpr_xml(captured_at=CAPTURED_AT, anpr={field: "unknown"})).dropped == {}


def test_who_the_device_takes_somebody_for_is_dropped_wherever_it_stands():
    body = anpr_xml(captured_at=CAPTURED_AT, newBlock={"deeper": {"personName": "somebody", "similarity": 97}})
    result = read(body)
    assert result.dropped == {"identification": 2}
    assert "camera_identification_dropped" in result.normalized[0].event.data.warnings
    assert "somebody" not in str(result.normalized)


def test_pictures_are_known_by_the_list_by_their_names_or_shown_as_overview():
    infos = [
        {"fileName": "1.jpg", "type": "licensePlatePicture"},
        {"fileName": "2.jpg", "type": "detectionPicture", "pId": "abc"},
    ]
    xml = anpr_xml(captured_at=CAPTURED_AT, anpr={"pictureInfoList": {"pictureInfo": infos}})
    pictures = {"1.jpg": JPEG + b"1", "abc.jpg": JPEG + b"2", "vehiclePicture": JPEG + b"3", "whatever": PNG}
    content_type, body = multipart(xml, pictures)
    images = one_event(body, content_type).data.images
    assert [(image.kind, image.media_type) for image in images] == [
        ("plate", "image/jpeg"),
        ("overview", "image/jpeg"),
        ("vehicle", "image/jpeg"),
        ("overview", "image/png"),
    ]


def test_pictures_of_the_people_in_front_are_not_kept():
    pictures = {"licensePlatePicture": JPEG, "pilotPicture": JPEG + b"face", "vicePilotPicture": PNG}
    content_type, body = multipart(anpr_xml(captured_at=CAPTURED_AT), pictures)
    result = read(body, content_type)
    assert [image.kind for image in result.normalized[0].event.data.images] == ["plate"]
    assert result.dropped == {"attribute": 2}


def test_what_calls_itself_a_picture_and_is_none_is_left_out():
    content_type, body = multipart(anpr_xml(captured_at=CAPTURED_AT), dict.fromkeys(PICTURE_KINDS, b"not a picture"))
    data = one_event(body, content_type).data
    assert data.images == ()
    assert "picture_not_an_image" in data.warnings


def test_pictures_before_the_event_belong_to_it_too_and_later_ones_to_the_last_event():
    first = anpr_xml("13 A 1", captured_at=CAPTURED_AT, event_id="1")
    second = anpr_xml("13 A 2", captured_at=CAPTURED_AT, event_id="2")
    parts = [
        ("a.jpg", "image/jpeg", JPEG),
        ("x.xml", "text/xml", first),
        ("b.jpg", "image/jpeg", JPEG + b"b"),
        ("y.xml", "text/xml", second),
        ("c.jpg", "image/jpeg", JPEG + b"c"),
    ]
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n'
        % (name.encode(), media_type.encode(), content)
        for name, media_type, content in parts
    )
    result = read(body + b"--b--\r\n", "multipart/mixed; boundary=b")
    assert [(one.event.data.plate.text, len(one.pictures)) for one in result.normalized] == [("13A1", 2), ("13A2", 1)]


def test_a_read_as_json_is_the_same_read():
    body = """{"ipAddress": "192.0.2.10", "macAddress": "02:00:00:00:00:10", "channelID": 1, "activePostCount": 1,
        "dateTime": "2026-03-01T11:00:00+03:00", "eventType": "ANPR", "eventState": "active", "UUID": "e-1",
        "isDataRetransmission": true,
        "ANPR": {"licensePlate": "13 A 12345", "confidenceLevel": 97, "line": 1, "vehicleInfo": {"speed": 36},
                 "pictureInfoList": [{"fileName": "x.jpg"}]}}"""
    data = one_event(body.encode(), "application/json").data
    assert (data.plate.text, data.plate.confidence, data.vehicle.speed_mps) == ("13A12345", 0.97, 10.0)
    assert (data.vendor.event_id, data.vendor.channel, data.is_replay) == ("e-1", "1", True)
    nested = b'{"EventNotificationAlert": ' + body.encode() + b"}"
    assert one_event(nested, "").data.plate == data.plate


def test_an_event_without_its_block_is_refused():
    assert one_refusal(anpr_xml(captured_at=CAPTURED_AT, ANPR=None)).reason == "anpr_missing"


def test_a_reader_that_saw_a_pedestrian_saw_a_person_and_a_plate_stays_a_plate():
    body = anpr_xml("unknown", captured_at=CAPTURED_AT, anpr={"vehicleType": "pedestrian", "smoking": "yes"})
    content_type, post = multipart(body, {"vehiclePicture": JPEG})
    one = one_event(post, content_type)
    assert (one.type, [found.klass for found in one.data.objects]) == ("person.detected", ["person"])
    assert [image.kind for image in one.data.images] == ["person"]
    assert "attribute_dropped" in one.data.warnings
    assert event(anpr={"vehicleType": "pedestrian"}).type == "plate.read"


def test_an_event_that_forgets_its_type_is_known_by_its_block():
    assert event(eventType=None).type == "plate.read"


@pytest.mark.parametrize("text", ["13A*2345", "?3A12345"])
def test_a_plate_with_characters_left_open_is_nobodys_plate(text):
    one = event(text)
    assert one.type == "vehicle.detected"
    assert one.data.raw["plate"] == text


def test_a_plate_whose_bytes_were_damaged_is_nobodys_plate():
    body = anpr_xml("皖A7XG66", captured_at=CAPTURED_AT).replace("皖".encode(), "皖".encode("gbk"))
    one = one_event(body)
    assert one.type == "vehicle.detected"
    assert {"text_damaged", "plate_partly_read"} <= set(one.data.warnings)


def test_damaged_bytes_elsewhere_do_not_cost_the_read():
    body = anpr_xml(captured_at=CAPTURED_AT, channelName="gate @").replace(b"gate @", b"gate \xe9")
    assert one_event(body).data.plate.text == "13A12345"


def test_a_plate_in_an_event_of_another_name_is_read_and_one_about_persons_is_not():
    body = anpr_xml("13 A 12345", captured_at=CAPTURED_AT, event_id="e-1")
    renamed = body.replace(b"<eventType>ANPR<", b"<eventType>vehicleDetection<")
    assert renamed != body
    assert one_event(renamed, time_zone="Asia/Baghdad").data.plate.text == "13A12345"
    without = renamed.replace(b"licensePlate>", b"licencePlate>")
    assert one_refusal(without).reason == "event_type_unknown"
    refusal = one_refusal(body.replace(b"<eventType>ANPR<", b"<eventType>AccessControllerEvent<"))
    assert refusal.reason == "face_event_refused"

"""Rules, trouble and signs of life in Hikvision's format."""

import pytest

from rasid.contract.detections import Count
from rasid.contract.fields import Box
from tests.support.reading import CAPTURED_AT, JPEG, one_event, one_refusal, read
from tools.demo.hikvision import alarm_xml, heartbeat_xml, multipart, notification_xml


def notification(event_type, **fields):
    return notification_xml(event_type, captured_at=CAPTURED_AT, fields=fields)


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("linedetection", "line_crossed"),
        ("fielddetection", "zone_intrusion"),
        ("regionEntrance", "zone_entered"),
        ("regionExiting", "zone_left"),
        ("loitering", "loitering"),
        ("VMD", "motion"),
        ("PIR", "motion"),
        ("shelteralarm", "tamper"),
        ("tamperdetection", "tamper"),
        ("IO", "digital_input"),
        ("audioexception", "audio"),
        ("group", "crowd"),
        ("parking", "parking"),
        ("unattendedBaggage", "other"),
        ("LINEDETECTION", "line_crossed"),
    ],
)
def test_a_rule_that_fired_is_named_in_the_platforms_words(event_type, kind):
    one = one_event(alarm_xml(event_type, captured_at=CAPTURED_AT))
    assert (one.type, one.data.rule.kind, one.data.rule.state) == ("rule.triggered", kind, "start")
    assert one.data.rule.name == f"{event_type} 1"


@pytest.mark.parametrize(
    ("state", "expected"), [("active", "start"), ("inactive", "stop"), (None, "pulse"), ("odd", "pulse")]
)
def test_a_rule_begins_ends_or_happens(state, expected):
    assert one_event(alarm_xml("VMD", captured_at=CAPTURED_AT, eventState=state)).data.rule.state == expected


def test_regions_are_on_a_grid_and_targets_parts_of_the_frame():
    data = one_event(alarm_xml("fielddetection", captured_at=CAPTURED_AT)).data
    assert data.rule.region == ((0.1, 0.2), (0.9, 0.2), (0.9, 0.8))
    assert data.objects[0].box == Box(0.25, 0.5, 0.375, 0.75)
    assert data.raw["box"]["space"] == "xywh_0_1"
    assert data.raw["region_ids"] == ["1"]


def test_older_firmware_writes_targets_on_the_grid_too():
    data = one_event(alarm_xml("linedetection", captured_at=CAPTURED_AT, rectangle=(615, 297, 187, 281))).data
    assert data.objects[0].box == Box(0.615, 0.297, 0.802, 0.578)
    assert data.raw["box"]["values"] == [615.0, 297.0, 187.0, 281.0]


@pytest.mark.parametrize("corner", [(1001, 5), (-1, 5)])
def test_a_region_with_a_point_off_its_grid_is_left_open(corner):
    assert one_event(alarm_xml("VMD", captured_at=CAPTURED_AT, corners=((1, 1), corner))).data.rule.region == ()


@pytest.mark.parametrize(
    ("target", "klass"),
    [("human", "person"), ("vehicle", "vehicle"), ("animal", "animal"), ("others", "other"), ("dragon", "unknown")],
)
def test_targets_are_objects_of_a_known_class_with_the_word_kept(target, klass):
    data = one_event(alarm_xml("fielddetection", captured_at=CAPTURED_AT, target=target)).data
    assert (data.objects[0].klass, data.objects[0].class_raw) == (klass, target)


def test_without_target_and_rectangle_there_is_no_object():
    assert one_event(alarm_xml("VMD", captured_at=CAPTURED_AT, target=None, rectangle=None)).data.objects == ()


def test_several_regions_are_one_event_with_an_object_for_each():
    entries = [{"regionID": number, "detectionTarget": "human"} for number in (3, 4)]
    data = one_event(notification("fielddetection", DetectionRegionList={"DetectionRegionEntry": entries})).data
    assert len(data.objects) == 2
    assert data.rule.name == "fielddetection 3"
    assert data.raw["region_ids"] == ["3", "4"]


def test_a_digital_input_is_named_by_its_number():
    assert one_event(notification("IO", inputIOPortID=2)).data.rule.name == "IO 2"
    assert one_event(notification("PIR")).data.rule.name == "PIR"


@pytest.mark.parametrize(
    ("relation", "kind"), [("fielddetection", "zone_intrusion"), ("linedetection", "line_crossed"), ("novel", "other")]
)
def test_a_rule_that_goes_on_is_of_the_kind_it_is_about(relation, kind):
    data = one_event(notification("duration", DurationList={"Duration": {"relationEvent": relation}})).data
    assert (data.rule.kind, data.rule.name) == (kind, f"duration {relation}")
    assert one_event(notification("duration")).data.rule.kind == "other"


def test_a_picture_comes_with_a_rule():
    content_type, body = multipart(alarm_xml("linedetection", captured_at=CAPTURED_AT), {"lineCrossImage": JPEG})
    data = one_event(body, content_type).data
    assert [image.kind for image in data.images] == ["overview"]


def test_no_video_loss_is_a_sign_of_life():
    one = one_event(heartbeat_xml(captured_at=CAPTURED_AT))
    assert (one.type, one.data.health.component, one.data.health.state) == ("device.health", "heartbeat", "ok")


def test_a_heartbeat_may_call_itself_one():
    body = b'{"eventType": "heartBeat", "activePostCount": 1, "dateTime": "2026-03-01T11:00:00+03:00"}'
    one = one_event(body)
    assert (one.type, one.data.health.component, one.data.health.state) == ("device.health", "heartbeat", "ok")
    assert one.data.captured_at == "2026-03-01T08:00:00.000Z"


@pytest.mark.parametrize(
    ("event_type", "component", "state"),
    [
        ("videoloss", "link", "failed"),
        ("nicbroken", "link", "failed"),
        ("ipconflict", "link", "degraded"),
        ("diskfull", "storage", "degraded"),
        ("diskerror", "storage", "failed"),
        ("recordingfailure", "recorder", "failed"),
        ("defocus", "lens", "degraded"),
    ],
)
def test_trouble_with_the_device_is_health_and_so_is_its_end(event_type, component, state):
    health = one_event(notification(event_type)).data.health
    assert (health.component, health.state, health.code) == (component, state, event_type)
    over = one_event(notification(event_type, eventState="inactive")).data.health
    assert over.state == "ok"


def test_trouble_that_neither_begins_nor_ends_is_refused():
    assert one_refusal(notification("videoloss", eventState=None)).reason == "event_state_missing"


@pytest.mark.parametrize(
    "event_type", ["faceSnap", "faceSnapMatch", "faceCapture", "facedetection", "alarmResult", "humanRecognition"]
)
def test_events_about_faces_are_refused_and_nothing_they_say_is_kept(event_type):
    body = notification(event_type, FDID="7", name="somebody", similarity=97, faceRect={"age": 30})
    result = read(body)
    (refusal,) = result.refusals
    assert refusal.reason == "face_event_refused"
    assert event_type in refusal.detail
    assert b"somebody" not in refusal.part
    assert event_type.encode() in refusal.part
    assert result.dropped == {"identification": 3, "attribute": 1}


@pytest.mark.parametrize(
    "body",
    [
        b'{"eventType": "faceSnapMatch", "activePostCount": 1, "name": "somebody"',
        b"<EventNotificationAlert><eventType>faceSnapMatch</eventType><name>somebody</name>",
    ],
)
def test_a_broken_event_about_a_face_is_not_kept_either(body):
    refusal = one_refusal(body, adapter="hikvision")
    assert b"somebody" not in refusal.part


def test_a_type_nobody_knows_is_refused_with_what_can_be_done():
    refusal = one_refusal(notification("thermometry"))
    assert refusal.reason == "event_type_unknown"
    assert "thermometry" in refusal.detail
    assert "ANPR" in refusal.detail


@pytest.mark.parametrize("event_type", [None, "x" * 100, "<script>"])
def test_a_type_that_is_no_word_is_not_repeated(event_type):
    refusal = one_refusal(notification(event_type))
    assert refusal.reason == "event_type_unknown"
    assert "script" not in refusal.detail
    assert "xxx" not in refusal.detail


def counted(**block):
    return notification("PeopleCounting", peopleCounting={"statisticalMethods": "timeRange", **block})


def test_who_entered_and_left_is_counted_over_the_time_it_names():
    span = {"startTime": "2026-03-01T11:00:00+03:00", "endTime": "2026-03-01T11:15:00+03:00"}
    data = one_event(counted(enter=12, exit="7", TimeRange=span)).data
    assert data.counts == {"person": Count(in_=12, out=7)}
    assert data.interval_seconds == 900.0


@pytest.mark.parametrize("value", ["-1", "1.5", "1e999", "many", ""])
def test_a_number_of_people_that_is_none_stays_open(value):
    assert one_event(counted(enter=value, exit=0)).data.counts == {"person": Count(out=0)}
    assert one_refusal(counted(enter=value)).reason == "count_missing"


@pytest.mark.parametrize(
    "span",
    [
        {"startTime": "2026-03-01T11:00:00", "endTime": "2026-03-01T11:15:00+03:00"},
        {"startTime": "2026-03-01T11:15:00", "endTime": "2026-03-01T11:00:00"},
        {"startTime": "2026-03-01T11:15:00"},
    ],
)
def test_a_time_that_is_none_is_no_interval(span):
    assert one_event(counted(enter=1, TimeRange=span)).data.interval_seconds is None

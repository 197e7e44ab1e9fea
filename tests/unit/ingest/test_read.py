"""One post, read: which adapter, which parts, and answers a camera engineer can act on."""

import gzip

import pytest

from services.ingest import adapters
from services.ingest.adapters.hikvision.opening import MAX_NOTIFICATIONS
from tests.support.reading import CAPTURED_AT, JPEG, one_event, one_refusal, read
from tools.demo.hikvision import anpr_xml, heartbeat_xml, multipart, notification_xml

XML = anpr_xml(captured_at=CAPTURED_AT, event_id="e-1")
LOGIN_PAGE = b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body></body></html>"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE EventNotificationAlert [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><EventNotificationAlert>&j;</EventNotificationAlert>"
)


@pytest.mark.parametrize("configured", [None, "hikvision"])
@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=UTF-8", "text/plain", "image/jpeg", ""])
def test_content_decides_whatever_the_content_type_says(configured, content_type):
    assert one_event(XML, content_type, adapter=configured).data.plate.text == "13A12345"


def test_the_result_names_the_adapter_that_read_it():
    assert read(XML).adapter == "hikvision"
    assert read(b"<Foo/>").adapter is None
    assert read(b"<Foo/>", adapter="hikvision").adapter == "hikvision"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (LOGIN_PAGE, "web_page"),
        (b"<html><body>moved</body></html>", "web_page"),
        (gzip.compress(XML), "compressed"),
        (b"<Foo/>", "format_unknown"),
        (b'{"plate": "13A12345"}', "format_unknown"),
        (JPEG, "format_unknown"),
        (b"\xff\xfe\x00\x01", "format_unknown"),
        (BOMB, "xml_entities_refused"),
        (XML[:200], "xml_not_well_formed"),
        (XML.replace(b"</ANPR>", b"</ANRP>"), "xml_not_well_formed"),
    ],
)
def test_what_is_no_event_is_refused_with_the_reason_and_kept(body, reason):
    refusal = one_refusal(body)
    assert refusal.reason == reason
    assert len(refusal.detail) > 20
    assert refusal.part.strip(b" \r\n\0") == body.strip(b" \r\n\0")


@pytest.mark.parametrize("topic", ["", "gate/events"])
@pytest.mark.parametrize("configured", [None, "frigate"])
def test_a_multipart_body_without_any_part_is_empty_however_it_came(topic, configured):
    assert one_refusal(b"--x\r\n\r\n", topic=topic, adapter=configured).reason == "empty"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<ResponseStatus/>", "not_a_notification"),
        (b'["13A12345"]', "not_a_notification"),
        (JPEG, "notification_missing"),
        (b"13A12345", "part_not_understood"),
    ],
)
def test_a_camera_with_an_adapter_of_its_own_is_told_what_that_adapter_misses(body, reason):
    assert one_refusal(body, "application/xml", adapter="hikvision").reason == reason


def test_an_adapter_that_does_not_exist_is_refused_with_those_that_do():
    refusal = one_refusal(XML, adapter="kodak")
    assert refusal.reason == "adapter_unknown"
    assert "hikvision" in refusal.detail


def test_of_several_parts_the_good_ones_are_events_and_each_bad_one_a_refusal():
    content_type, body = multipart(XML + b"\n<EventNotificationAlert><broken>", {"vehiclePicture": JPEG})
    result = read(body, content_type)
    assert [one.event.type for one in result.normalized] == ["plate.read"]
    assert [refusal.reason for refusal in result.refusals] == ["xml_not_well_formed"]
    assert result.refusals[0].part == b"<EventNotificationAlert><broken>"
    assert len(result.normalized[0].pictures) == 1


def test_two_documents_in_one_body_are_two_events_with_ids_of_their_own():
    other = anpr_xml("14 B 5", captured_at=CAPTURED_AT, event_id="e-2")
    result = read(XML + other + heartbeat_xml(captured_at=CAPTURED_AT))
    assert [one.event.type for one in result.normalized] == ["plate.read", "plate.read", "device.health"]
    assert len({one.event.id for one in result.normalized}) == 3


def test_several_events_in_one_json_list_are_sightings_of_their_own():
    body = b'[{"eventType": "VMD", "activePostCount": 1}, {"eventType": "IO", "activePostCount": 1}]'
    result = read(body, adapter="hikvision")
    assert len({one.event.data.sighting_id for one in result.normalized}) == 2


def test_a_payload_cut_short_says_so():
    content_type, body = multipart(XML, {"vehiclePicture": JPEG})
    event = one_event(body[: len(body) - 40], content_type)
    assert "multipart_unfinished" in event.data.warnings


def test_too_many_events_in_one_post_are_refused():
    content_type, body = multipart(heartbeat_xml(captured_at=CAPTURED_AT) * 60, {})
    assert len(read(body, content_type).normalized) == 60
    events = b"[" + b",".join([b'{"eventType": "VMD", "activePostCount": 1}'] * (MAX_NOTIFICATIONS + 1)) + b"]"
    assert one_refusal(events).reason == "too_many_events"


def test_unknown_fields_are_counted_once_each_and_known_ones_not():
    assert read(XML).unknown_fields == 0
    novelty = {"newBlock": {"a": 1, "b": 2}, "newField": 3}
    body = notification_xml("VMD", captured_at=CAPTURED_AT, fields=novelty)
    assert read(body).unknown_fields == 2


def test_each_adapter_has_a_name_and_a_version_of_its_own():
    assert len({adapter.NAME for adapter in adapters.ADAPTERS}) == len(adapters.ADAPTERS)
    assert all(adapter.VERSION for adapter in adapters.ADAPTERS)
    assert all(adapters.named(adapter.NAME) is adapter for adapter in adapters.ADAPTERS)

"""What breaks on the way from a camera: a clear answer, and the next good event goes through."""

import pytest

from tests.support.reading import CAPTURED_AT, JPEG, one_event, settles
from tools.demo.hikvision import PICTURE_KINDS, alarm_xml, anpr_xml, multipart

XML = anpr_xml("蓝皖A7XG66", captured_at=CAPTURED_AT, event_id="e-1")


def test_an_event_cut_at_every_byte_is_read_or_refused():
    for end in range(len(XML)):
        settles(XML[:end])
        settles(XML[:end], adapter="hikvision")
    for start in range(0, len(XML), 7):
        settles(XML[start:], adapter="hikvision")


def test_a_multipart_post_cut_at_every_byte_is_read_or_refused():
    content_type, body = multipart(anpr_xml(captured_at=CAPTURED_AT), dict.fromkeys(PICTURE_KINDS, JPEG))
    for end in range(len(body)):
        settles(body[:end], content_type)
    for end in range(0, len(body), 5):
        settles(body[:end], "")


def test_no_byte_can_be_changed_into_an_error():
    for place in range(len(XML)):
        for byte in (b"<", b"\0", b"\xff"):
            settles(XML[:place] + byte + XML[place + 1 :], adapter="hikvision")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gb18030", "utf-8-sig"])
def test_encodings_a_device_may_choose_are_read(encoding):
    text = XML.decode().replace("UTF-8", "gb18030" if encoding == "gb18030" else "UTF-8")
    assert one_event(text.encode(encoding)).data.plate.text == "皖A7XG66"


@pytest.mark.parametrize("encoding", ["utf-32", "utf-7", "gb18030"])
def test_encodings_nobody_declares_are_settled_too(encoding):
    settles(XML.decode().encode(encoding), adapter="hikvision")


NUMBERS = [
    "NaN",
    "nan",
    "Infinity",
    "-1e999",
    "1e999",
    "18446744073709551616",
    "9" * 300,
    "1_0",
    "0x1F",
    "１２",
    "--",
    "null",
    "true",
    " ",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_none_break_nothing(number):
    rectangle = {"X": number, "Y": number, "width": number, "height": number}
    angle = {"degree": number, "minute": number, "sec": number}
    body = anpr_xml(
        captured_at=CAPTURED_AT,
        anpr={
            "confidenceLevel": number,
            "plateCharBelieve": number,
            "line": number,
            "vehicleInfo": {"speed": number, "index": number},
            "pictureInfoList": {"pictureInfo": {"absTime": number, "plateRect": rectangle, "vehicleRect": rectangle}},
        },
        channelID=number,
        detectionBackgroundImageResolution={"width": number, "height": number},
        DeviceGPSInfo={"longitudeType": "E", "latitudeType": "N", "Longitude": angle, "Latitude": angle},
    )
    data = one_event(body).data
    assert data.plate.text == "13A12345"
    assert data.location is None or data.location.latitude == 12.2033333
    one_event(alarm_xml("VMD", captured_at=CAPTURED_AT, rectangle=(number,) * 4))


@pytest.mark.parametrize(
    "text",
    [
        "0000-00-00T00:00:00Z",
        "0000-01-01T00:00:00+03:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "9999-99-99T99:99:99Z",
        "1970-01-01T00:00:00Z",
        "2026-03-01T11:00:00+24:00",
        "18446744073709551616",
        "x" * 1000,
    ],
)
@pytest.mark.parametrize("zone", [None, "Asia/Baghdad", "Pacific/Kiritimati", "America/Adak"])
def test_impossible_dates_break_nothing(text, zone):
    one = one_event(anpr_xml(captured_at=CAPTURED_AT, event_id="e-1", dateTime=text), time_zone=zone)
    assert one.data.plate.text == "13A12345"
    assert one.data.warnings


@pytest.mark.parametrize("plate", ["x" * 65, "x" * 300, "A" * 64, "ﷺ" * 20, "\u202e" * 60, "1" * 64])
def test_overlong_plates_break_nothing(plate):
    assert one_event(anpr_xml(plate, captured_at=CAPTURED_AT)).type in {"plate.read", "vehicle.detected"}


@pytest.mark.parametrize(
    "body",
    [
        b"<EventNotificationAlert>" + b"<ANPR>" * 200_000,
        b"<EventNotificationAlert>" + b"<a/>" * 30_000 + b"</EventNotificationAlert>",
        b"<EventNotificationAlert " + b'a="1" ' * 100_000 + b"/>",
        b"<EventNotificationAlert>" * 100_000,
        b"</EventNotificationAlert>" * 100_000,
        b"<!--" * 500_000,
        b"<?" * 500_000,
        b"<EventNotificationAlert><!DOCTYPE " + b"[" * 500_000,
        b"<!DOCTYPE EventNotificationAlert [" + b"] " * 500_000,
        b"\0" * 1_000_000,
        b" " * 1_000_000 + b"<EventNotificationAlert/>",
        b'{"eventType": "ANPR", "activePostCount": ' + b"[" * 500_000,
        b'{"eventType": "ANPR", "activePostCount": "' + b"\\" * 500_000,
        b'{"eventType": "ANPR", "activePostCount": 1, "ANPR": [' + b"{}," * 100_000 + b"{}]}",
        b"--boundary\r\n" * 100_000,
        b"--boundaryx\r\n" * 100_000,
        b"--b\r\nContent-Type: text/xml\r\n\r\n" + b"\r\n--b " * 200_000 + b"x",
        b"--b\r\nContent-Disposition: form-data; name=" + b'"' * 500_000 + b"\r\n\r\n",
    ],
)
@pytest.mark.parametrize("adapter", [None, "hikvision"])
def test_hostile_bodies_cost_little(body, adapter):
    for content_type in ("", "multipart/form-data; boundary=boundary"):
        settles(body, content_type, adapter=adapter, seconds=1.0)


def test_after_all_that_the_next_good_event_goes_through():
    assert one_event(XML).data.plate.text == "皖A7XG66"

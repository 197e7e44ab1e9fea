"""Cutting multipart bodies, as cameras send them."""

import pytest

from rasid.errors import InvalidEvent
from services.ingest.payload.multipart import MAX_HEADER_BYTES, MAX_PARTS, cut
from tools.demo.hikvision import multipart, part

XML = b"<EventNotificationAlert/>"
JPEG = b"\xff\xd8\xff\r\n--not-it\r\n\n\r\x00" + bytes(range(256)) + b"\xff\xd9"
TYPE = "multipart/form-data; boundary=boundary"


def bodies(content_type, body):
    return [one.body for one in cut(content_type, body).parts]


@pytest.mark.parametrize("subtype", ["form-data", "mixed", "x-mixed-replace", "related"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("boundary", ["boundary", "-----------------------------7e13971310878", "a'()+_,-./:=?"])
def test_parts_of_any_kind_of_multipart_are_cut_byte_for_byte(subtype, line_end, boundary):
    _, body = multipart(XML, {"licensePlatePicture": JPEG}, boundary=boundary, subtype=subtype, line_end=line_end)
    found = cut(f'multipart/{subtype}; boundary="{boundary}"', body)
    assert [one.body for one in found.parts] == [XML, JPEG]
    assert [(one.media_type, one.name) for one in found.parts] == [
        ("text/xml", "anpr.xml"),
        ("image/jpeg", "licensePlatePicture.jpg"),
    ]
    assert not found.is_unfinished


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/form-data; boundary="boundary"',
        "multipart/form-data; boundary='boundary'",
        "multipart/form-data;boundary=boundary;charset=utf-8",
        "MULTIPART/FORM-DATA; Boundary = boundary",
        "multipart/form-data; charset=utf-8, boundary=boundary",
        "multipart/form-data",
        "multipart/form-data; boundary=another",
        "multipart/form-data; boundary=--boundary",
        "text/plain",
        "application/xml",
        "application/octet-stream",
        "nonsense",
        "",
    ],
)
def test_the_body_decides_whatever_its_content_type_says(content_type):
    _, body = multipart(XML, {"licensePlatePicture": JPEG})
    assert bodies(content_type, body) == [XML, JPEG]


@pytest.mark.parametrize("content_type", ["application/xml; charset=GBK", TYPE, ""])
def test_a_body_that_is_not_multipart_is_one_part_untouched(content_type):
    assert bodies(content_type, XML) == [XML]


def test_the_content_type_of_a_single_body_is_kept():
    (one,) = cut('Text/XML; charset="GBK"', XML).parts
    assert (one.media_type, one.charset) == ("text/xml", "gbk")


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        ('form-data; name="anpr.xml"; filename="a.xml"', "anpr.xml", "a.xml"),
        ('form-data;name="anpr.xml";filename="a.xml"', "anpr.xml", "a.xml"),
        ('form-data; filename="a.xml"; name="anpr.xml"', "anpr.xml", "a.xml"),
        ("form-data; name=anpr.xml; filename=plate picture.jpg", "anpr.xml", "plate picture.jpg"),
        ('form-data; name="plate picture"', "plate picture", ""),
        ('form-data; NAME="anpr.xml"', "anpr.xml", ""),
        ('attachment; filename="a.xml"', "", "a.xml"),
        ('form-data; name=""', "", ""),
        ("form-data", "", ""),
        ('form-data; name="صورة"', "صورة", ""),
    ],
)
def test_names_are_found_however_they_are_written(disposition, name, filename):
    body = f"--boundary\r\nContent-Disposition:{disposition}\r\n\r\nx\r\n--boundary--".encode()
    (one,) = cut(TYPE, body).parts
    assert (one.name, one.filename) == (name, filename)


@pytest.mark.parametrize("length", ["0", "7", "999999", "-1", "many", ""])
def test_a_wrong_length_of_a_part_is_not_believed(length):
    body = f"--boundary\r\nContent-Length: {length}\r\n\r\n<x/>\r\n--boundary--\r\n".encode()
    assert bodies(TYPE, body) == [b"<x/>"]


def test_text_before_the_first_and_after_the_last_delimiter_is_no_part():
    _, body = multipart(XML, {})
    assert bodies(TYPE, b"This is a message\r\nin several parts\r\n" + body + b"goodbye") == [XML]


def test_without_a_last_delimiter_the_last_part_ends_with_the_body_and_it_is_said():
    _, body = multipart(XML, {"licensePlatePicture": JPEG})
    found = cut(TYPE, body.removesuffix(b"\r\n--boundary--\r\n"))
    assert [one.body for one in found.parts] == [XML, JPEG]
    assert found.is_unfinished


def test_a_delimiter_without_a_line_end_before_it_still_divides():
    body = (
        b"--boundary\r\nContent-Type: text/xml\r\n\r\n<x/>--boundary\r\nContent-Type: text/xml\r\n\r\n<y/>--boundary--"
    )
    assert bodies(TYPE, body) == [b"<x/>", b"<y/>"]


def test_indented_delimiters_and_headers_are_understood():
    lines = ["--boundary", '\tContent-Disposition: form-data; name="a"', "\t", "\t<x/>", "\t", "\t--boundary--"]
    (one,) = cut(TYPE, "\n".join(lines).encode()).parts
    assert (one.name, one.body.strip()) == ("a", b"<x/>")


def test_a_part_without_headers_is_taken_whole():
    assert bodies(TYPE, b"--boundary\r\n\r\n<x/>\r\n--boundary--") == [b"<x/>"]
    assert bodies(TYPE, b"--boundary\r\n<x/>\r\n\r\n<y/>\r\n--boundary--") == [b"<x/>\r\n\r\n<y/>"]


def test_a_boundary_inside_a_longer_line_does_not_divide():
    body = b"--boundary\r\n\r\n<x>--boundaryless</x>\r\n--boundary--"
    assert bodies(TYPE, body) == [b"<x>--boundaryless</x>"]


def test_an_empty_multipart_body_has_no_parts():
    assert bodies(TYPE, b"--boundary--\r\n") == []


def test_more_parts_than_allowed_are_refused():
    one = b"--boundary\r\n" + part("a", "text/plain", b"x") + b"\r\n"
    assert len(cut(TYPE, one * MAX_PARTS + b"--boundary--").parts) == MAX_PARTS
    with pytest.raises(InvalidEvent, match="multipart_too_many_parts"):
        cut(TYPE, one * 100_000)


def test_headers_without_an_end_are_refused():
    with pytest.raises(InvalidEvent, match="multipart_headers_too_large"):
        cut(TYPE, b"--boundary\r\n" + b"X-Header: 1\r\n" * MAX_HEADER_BYTES + b"--boundary--")


STREAM = (
    b"--myboundary\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nCode=A;action=Start\r\n\r\n"
    b'--myboundary\r\nContent-Length:9\r\nCode=B;action=Stop;data={\n\n   "Name" : "x"\n}\r\n'
    b"--myboundary\r\nContent-Type: text/plain\r\n\r\nHeartbeat\r\n\r\n"
)
STREAMED = [b"Code=A;action=Start", b'Code=B;action=Stop;data={\n\n   "Name" : "x"\n}', b"Heartbeat"]


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=myboundary\r\n\r\n",
        b"the end of a part\r\n",
    ],
)
@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/x-mixed-replace; boundary=myboundary"])
def test_an_endless_stream_saved_to_a_file_is_cut_into_its_events(before, content_type):
    found = cut(content_type, before + STREAM)
    assert [one.body.strip() for one in found.parts] == STREAMED
    assert found.is_unfinished


def test_headers_end_where_a_line_is_none():
    assert bodies(TYPE, b"--boundary\nContent-Length:37\nCode=VideoMotion;action=Start") == [
        b"Code=VideoMotion;action=Start"
    ]


def test_a_recorded_request_is_read_with_its_own_content_type():
    head = b'POST /push HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml; charset="GBK"\r\n\r\n'
    (one,) = cut("", head + XML).parts
    assert (one.body, one.media_type, one.charset) == (XML, "application/xml", "gbk")


@pytest.mark.parametrize(
    "document", [b"<a>\n--x\n\n</a>", b'{"a":\n--x\n\n1}', b"\xff\xd8\xff\n--x\n\n", b"no header\n--x\nend"]
)
def test_a_document_is_not_cut_at_what_looks_like_a_delimiter(document):
    assert bodies("", document) == [document]

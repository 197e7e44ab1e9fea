"""An endless stream is cut while it comes, whatever its framing says and however it is chopped up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.errors import InvalidEvent
from services.ingest.payload.multipart import cut
from services.ingest.pull.part_stream import CONTENT_TYPE, PartStream, is_whole, joined
from tests.support.reading import JPEG
from tests.support.vendors.dahua import record
from tests.support.vendors.hikvision import EXAMPLES

TYPE = "multipart/mixed; boundary=boundary"
XML = EXAMPLES["heartbeat"].rstrip()
JSON = EXAMPLES["json"]
DAHUA = record("VideoMotion", "Start", {"Id": [0], "Text": 'a;b="c"'}).rstrip()


def part(body, kind="application/xml", *, length=None, boundary="boundary"):
    headers = f"Content-Type: {kind}\r\n" + ("" if length is None else f"Content-Length: {length}\r\n")
    return f"--{boundary}\r\n{headers}\r\n".encode() + body + b"\r\n"


def bodies(pieces):
    return [one.body for piece in pieces for one in cut(CONTENT_TYPE, joined([piece])).parts]


def streamed(data, content_type=TYPE, *, size=None, settle=True):
    stream = PartStream(content_type, limit_bytes=1 << 20)
    found = []
    size = size or len(data)
    for start in range(0, len(data), size):
        found += stream.feed(data[start : start + size])
    return bodies([*found, *(stream.settle() if settle else [])])


@pytest.mark.parametrize("size", [1, 2, 7, 64, 100_000])
@pytest.mark.parametrize("length", [None, 0, 3, 10_000_000, "right"])
def test_parts_are_cut_whatever_their_lengths_say(size, length):
    data = b"".join(part(one, length=len(one) if length == "right" else length) for one in (XML, JSON, DAHUA))
    if length == 3 and size < 64:
        return  # a length that is too small, and the stream pauses just there: see the next test
    assert streamed(data, size=size) == [XML, JSON, DAHUA]


def test_a_part_whose_length_has_come_does_not_wait_for_what_follows():
    assert streamed(part(XML, length=len(XML)), settle=False) == [XML]
    assert streamed(part(XML, length=len(XML))[:-2], settle=False) == [XML]


def test_a_part_without_a_length_is_whole_when_nothing_comes_and_its_content_ends():
    stream = PartStream(TYPE, limit_bytes=1 << 20)
    data = part(JSON)
    assert stream.feed(data[:-20]) == []
    assert stream.settle() == []
    assert stream.is_pending
    assert stream.feed(data[-20:]) == []
    assert bodies(stream.settle()) == [JSON]
    assert not stream.is_pending
    assert bodies(stream.feed(part(XML, length=len(XML)))) == [XML]


@pytest.mark.parametrize("declared", ["", "multipart/x-mixed-replace", "multipart/mixed; boundary=other", TYPE])
def test_the_boundary_that_is_used_counts_and_may_change(declared):
    data = part(XML) + part(JSON, boundary="myboundary") + part(DAHUA, "text/plain", boundary="--MIME_boundary")
    assert streamed(data, declared) == [XML, JSON, DAHUA]


def test_parts_without_headers_and_with_line_feeds_alone_are_read():
    bare = b"--myboundary\r\n" + DAHUA + b"\r\n\r\n--myboundary\r\n" + DAHUA + b"\r\n"
    assert streamed(bare, "multipart/x-mixed-replace; boundary=myboundary") == [DAHUA, DAHUA]
    assert streamed(part(XML).replace(b"\r\n", b"\n") + part(JSON).replace(b"\r\n", b"\n")) == [
        XML.replace(b"\r\n", b"\n"),
        JSON,
    ]


def test_pictures_are_told_apart_and_kept_whole():
    picture = JPEG + b"\r\n--odd\r\nbytes" + b"\xff\xd9"
    stream = PartStream(TYPE, limit_bytes=1 << 20)
    pieces = stream.feed(part(XML, length=len(XML)) + part(picture, "image/jpeg", length=len(picture)) + part(XML))
    assert [piece.is_picture for piece in pieces] == [False, True]
    assert bodies(pieces) == [XML, picture]


def test_what_is_no_stream_takes_no_memory_and_a_part_that_does_not_end_is_refused():
    stream = PartStream(TYPE, limit_bytes=10_000)
    for _ in range(100):
        assert stream.feed(b"<html>" * 1000) == []
    assert len(stream._buffer) < 1_000
    stream.feed(b"\r\n" + part(b"x"))
    stream.feed(b"x" * 9_000)
    with pytest.raises(InvalidEvent, match="stream_part_too_large"):
        stream.feed(b"x" * 1_000)


@pytest.mark.parametrize("body", [XML, JSON, DAHUA, b"Heartbeat", b"Code=AlarmLocal;action=Start;index=0"])
def test_what_is_whole_by_its_content(body):
    assert is_whole(body)
    assert is_whole(body + b"\r\n\r\n")


@pytest.mark.parametrize("body", [XML[:-3], JSON[:-1], DAHUA[:-1], b"Heart", b"<", b"", b"\xff\xd8\xff", b"--boundary"])
def test_what_is_not(body):
    assert not is_whole(body)
    assert not is_whole(b"\xff\xd8\xff" + body, is_picture=True)


CONTENTS = st.lists(st.sampled_from([XML, JSON, DAHUA, b"Heartbeat"]), min_size=1, max_size=5)


@given(CONTENTS, st.lists(st.integers(1, 400), min_size=1, max_size=40), st.booleans())
def test_however_it_is_chopped_up_it_is_the_same(contents, sizes, has_length):
    data = b"".join(part(one, length=len(one) if has_length else None) for one in contents)
    stream = PartStream(TYPE, limit_bytes=1 << 20)
    found, at = [], 0
    for size in sizes * (len(data) // sum(sizes) + 1):
        found += stream.feed(data[at : at + size])
        at += size
    assert bodies([*found, *stream.settle()]) == contents


@given(st.binary(max_size=3000), st.binary(max_size=200))
def test_no_bytes_break_it(first, second):
    stream = PartStream(TYPE, limit_bytes=1 << 20)
    stream.feed(first)
    stream.settle()
    stream.feed(b"\r\n" + part(second) + second)
    stream.settle()
    assert bodies(stream.feed(b"\r\n" + part(XML) + part(XML)))[-1:] == [XML]

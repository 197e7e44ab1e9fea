"""Where a message ends in a stream, however the stream is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.errors import InvalidEvent
from services.ingest.payload.xml_stream import HEAD_BYTES, DocumentEnd
from tests.support.vendors.tattile import message

DOCUMENTS = (
    message(),
    b'<?xml version="1.0"?>\n<!-- a <root> --><Msg><PLATE_STRING>1</PLATE_STRING></Msg>',
    b"<Msg/>",
    b'<Msg a="b" />',
    b"<x:root><a></a><root2></root2></x:root >",
    b"<root><roo></roo></root\n>",
)


def ends(chunks):
    """The documents of a stream, as a connection cuts them."""
    found, current, end = [], b"", DocumentEnd()
    for chunk in chunks:
        rest = chunk
        while rest:
            length = end.find(rest)
            if length is None:
                current += rest
                break
            found.append(current + rest[:length])
            rest, current, end = rest[length:], b"", DocumentEnd()
    return found, current


@given(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=4), st.data())
def test_a_stream_is_cut_at_the_closing_tags_wherever_its_chunks_end(documents, data):
    stream = b"".join(documents)
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=12).map(sorted))
    chunks = [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]
    assert ends(chunks) == (documents, b"")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_stream_may_come_byte_by_byte(document):
    stream = document + document
    assert ends([stream[at : at + 1] for at in range(len(stream))]) == ([document, document], b"")


def test_what_is_not_closed_goes_on():
    assert ends([b"<root><a/></rooted>", b"</other>", b"</ro"]) == ([], b"<root><a/></rooted></other></ro")


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1", b"{", b"\xff\xd8\xff"])
def test_what_cannot_be_xml_is_refused_at_once(start):
    with pytest.raises(InvalidEvent):
        DocumentEnd().find(start)


def test_a_head_without_an_element_has_an_end():
    end = DocumentEnd()
    assert end.find(b"<!--") is None
    with pytest.raises(InvalidEvent, match="xml_root_missing"):
        end.find(b"x" * HEAD_BYTES)


@given(st.binary(max_size=200))
def test_any_bytes_go_on_end_or_are_refused(body):
    try:
        length = DocumentEnd().find(body)
    except InvalidEvent:
        length = None
    assert length is None or 0 < length <= len(body)

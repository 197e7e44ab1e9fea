"""Our cutting of multipart bodies against python-multipart's, and against damage."""

import contextlib
import logging

from hypothesis import given, settings
from hypothesis import strategies as st
from python_multipart.multipart import MultipartParser

from rasid.errors import InvalidEvent
from services.ingest.payload.multipart import cut
from tools.demo.hikvision import multipart

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)

# A busy machine may take its time.
patient = settings(deadline=None)
BOUNDARY = "boundary"
pictures = st.dictionaries(st.sampled_from(["plate", "vehicle", "overview"]), st.binary(max_size=300), max_size=3)
documents = st.binary(max_size=300)


def by_the_library(body: bytes) -> list[bytes]:
    parts: list[bytes] = []

    def begin() -> None:
        parts.append(b"")

    def data(chunk: bytes, start: int, end: int) -> None:
        parts[-1] += chunk[start:end]

    parser = MultipartParser(BOUNDARY, {"on_part_begin": begin, "on_part_data": data})
    parser.write(body)
    parser.finalize()
    return parts


@patient
@given(documents, pictures)
def test_bodies_as_the_standard_has_them_are_cut_as_the_library_cuts_them(xml, images):
    content_type, body = multipart(xml, images, boundary=BOUNDARY)
    assert [part.body for part in cut(content_type, body).parts] == by_the_library(body)


@patient
@given(documents, pictures, st.data())
def test_a_damaged_body_is_cut_or_refused_but_never_an_error(xml, images, data):
    content_type, body = multipart(xml, images, boundary=BOUNDARY)
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    damaged = body[:start] + data.draw(st.binary(max_size=20)) + body[end:]
    try:
        found = cut(content_type, damaged)
    except InvalidEvent:
        return
    assert sum(len(part.body) for part in found.parts) <= len(damaged)


@patient
@given(st.text(max_size=60), st.binary(max_size=200))
def test_any_content_type_and_body_are_cut_or_refused(content_type, body):
    with contextlib.suppress(InvalidEvent):
        cut(content_type, body)

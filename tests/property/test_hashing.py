"""Whatever pieces bytes come in, their digests are the same; any part is checked by them, wherever it was altered."""

import asyncio
import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.errors import Altered
from rasid.runtime.hashing import CHUNK_BYTES, DIGEST_BYTES, Digests, Hasher
from rasid.storage.objects import reading

MOST_BYTES = 3 * CHUNK_BYTES + 2
BODY = hashlib.shake_256(b"any").digest(MOST_BYTES)
near_an_edge = st.builds(
    lambda chunk, off: min(MOST_BYTES, max(0, chunk * CHUNK_BYTES + off)),
    st.integers(0, 3),
    st.one_of(st.integers(-2, 2), st.integers(-CHUNK_BYTES, CHUNK_BYTES)),
)


def digests_of(body: bytes, cuts: list[int]) -> Digests:
    hasher = Hasher()
    edges = [0, *sorted(cuts), len(body)]
    for start, end in pairwise(edges):
        hasher.update(body[start:end])
    return hasher.digests()


DIGESTS = digests_of(BODY, [])


def read(body: bytes, digests: Digests, start: int, end: int | None) -> bytes:
    """A part of what a store has."""

    async def fetch(position: int, size_bytes: int) -> bytes:
        return body[position : position + size_bytes]

    async def everything() -> bytes:
        return b"".join([chunk async for chunk in reading.verified(fetch, len(body), digests, start, end)])

    return asyncio.run(everything())


@settings(max_examples=40, deadline=None)
@given(near_an_edge, st.lists(near_an_edge, max_size=8))
def test_digests_do_not_depend_on_the_pieces(size: int, cuts: list[int]):
    body = BODY[:size]
    found = digests_of(body, [min(cut, size) for cut in cuts])
    assert found.sha256 == hashlib.sha256(body).hexdigest()
    chunks = [body[start : start + CHUNK_BYTES] for start in range(0, size, CHUNK_BYTES)]
    assert found.chunks == b"".join(hashlib.sha256(chunk).digest() for chunk in chunks)
    assert len(found.chunks) == DIGEST_BYTES * len(chunks)


@settings(max_examples=40, deadline=None)
@given(near_an_edge, near_an_edge)
def test_a_part_is_what_was_asked_for(start: int, end: int):
    assert read(BODY, DIGESTS, start, end) == BODY[start:end]


@settings(max_examples=60, deadline=None)
@given(near_an_edge, near_an_edge, near_an_edge)
def test_a_part_with_an_altered_byte_is_never_read(one: int, other: int, altered: int):
    start, end = sorted((one, other))
    at = min(altered, MOST_BYTES - 1)
    copy = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
    touches = start < end and start // CHUNK_BYTES <= at // CHUNK_BYTES <= (end - 1) // CHUNK_BYTES
    if touches:
        with pytest.raises(Altered):
            read(copy, DIGESTS, start, end)
    else:
        assert read(copy, DIGESTS, start, end) == BODY[start:end]


def test_a_part_cannot_be_read_unchecked():
    with pytest.raises(ValueError, match="digests"):
        read(BODY, Digests(hashlib.sha256(BODY).hexdigest()), 1, 2)


def test_digests_of_too_few_chunks_pass_nothing():
    short = Digests(DIGESTS.sha256, DIGESTS.chunks[: 2 * DIGEST_BYTES])
    assert read(BODY, short, 1, CHUNK_BYTES) == BODY[1:CHUNK_BYTES]
    with pytest.raises(Altered):
        read(BODY, short, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 1)

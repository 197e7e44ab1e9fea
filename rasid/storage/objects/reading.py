"""Reading a version in chunks, each its own request: a slow reader holds no thread, no connection and little memory.

A version never changes, so chunks asked for one by one are one thing.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from minio.error import S3Error

from rasid.errors import Altered
from rasid.runtime.hashing import CHUNK_BYTES, Digests, Hasher
from rasid.storage.objects import answers
from rasid.storage.objects.store import ObjectStore, read
from rasid.storage.objects.stored import Stored

Fetch = Callable[[int, int], Awaitable[bytes]]
"""So many bytes (second) from there on (first)."""


def verified(
    fetch: Fetch, size_bytes: int, digests: Digests, start: int, end: int | None
) -> AsyncGenerator[bytes, None]:
    """See `LockedBucket.read`."""
    end = size_bytes if end is None else min(end, size_bytes)
    if (start, end) == (0, size_bytes):
        return _whole(fetch, size_bytes, digests)
    return _part(fetch, size_bytes, digests, start, end)


async def _whole(fetch: Fetch, size_bytes: int, digests: Digests) -> AsyncGenerator[bytes, None]:
    whole, held_back = hashlib.sha256(), b""
    for number in range(-(-size_bytes // CHUNK_BYTES)):
        body = await _chunk(fetch, size_bytes, digests, number)
        if held_back:
            yield held_back
        await asyncio.to_thread(whole.update, body)
        held_back = body
    digests.check_whole(whole.hexdigest())
    if held_back:
        yield held_back


async def _part(fetch: Fetch, size_bytes: int, digests: Digests, start: int, end: int) -> AsyncGenerator[bytes, None]:
    """Whole chunks are read, and of them what was asked for is handed on."""
    if not digests.chunks:
        raise ValueError("a part is checked by the digests of its chunks")
    last = -(-end // CHUNK_BYTES) if start < end else 0
    for number in range(start // CHUNK_BYTES, last):
        position = number * CHUNK_BYTES
        body = await _chunk(fetch, size_bytes, digests, number)
        yield body[max(0, start - position) : end - position]


async def _chunk(fetch: Fetch, size_bytes: int, digests: Digests, number: int) -> bytes:
    position = number * CHUNK_BYTES
    body = await fetch(position, min(CHUNK_BYTES, size_bytes - position))
    if digests.chunks:
        await asyncio.to_thread(digests.check_chunk, number, body)
    return body


async def digested(fetch: Fetch, size_bytes: int) -> Digests:
    """The digests of all that is there."""
    hasher = Hasher()
    for position in range(0, size_bytes, CHUNK_BYTES):
        body = await fetch(position, min(CHUNK_BYTES, size_bytes - position))
        await asyncio.to_thread(hasher.update, body)
    return hasher.digests()


def fetching(store: ObjectStore, bucket: str, version: Stored) -> Fetch:
    """Fetch pieces of a version; raises Altered when it is shorter than it was, or gone."""

    async def fetch(start: int, size_bytes: int) -> bytes:
        return await _fetch(store, bucket, version, start, size_bytes)

    return fetch


async def _fetch(store: ObjectStore, bucket: str, version: Stored, start: int, size_bytes: int) -> bytes:
    try:
        body = await store.call(
            lambda client: read(
                client, bucket, version.key, version_id=version.version_id, start=start, size_bytes=size_bytes
            )
        )
    except S3Error as error:
        if error.code in answers.NOT_READABLE:
            raise Altered("the version is not there any more") from None
        if error.code == "InvalidRange":
            raise Altered("the version is shorter than it was") from None
        raise answers.unavailable(error) from None
    if len(body) != size_bytes:
        raise Altered("the version is shorter than it was")
    return body

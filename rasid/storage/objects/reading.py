"""Reading a version in chunks, each its own request: a slow reader holds no thread, no connection and little memory.

A version never changes, so chunks asked for one by one are one thing.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from minio.error import S3Error

from rasid.errors import Altered
from rasid.storage.objects import answers
from rasid.storage.objects.store import ObjectStore, read
from rasid.storage.objects.stored import Stored

CHUNK_BYTES = 1024 * 1024


async def chunks(
    store: ObjectStore, bucket: str, version: Stored, start: int, end: int | None
) -> AsyncGenerator[bytes, None]:
    """See `LockedBucket.read`."""
    end = version.size_bytes if end is None else min(end, version.size_bytes)
    for position in range(start, end, CHUNK_BYTES):
        yield await _chunk(store, bucket, version, position, min(CHUNK_BYTES, end - position))


async def verified(store: ObjectStore, bucket: str, version: Stored, sha256: str) -> AsyncGenerator[bytes, None]:
    """See `LockedBucket.read_verified`."""
    digest = hashlib.sha256()
    held_back = b""
    async with aclosing(chunks(store, bucket, version, 0, None)) as all_chunks:
        async for chunk in all_chunks:
            if held_back:
                yield held_back
            await asyncio.to_thread(digest.update, chunk)
            held_back = chunk
    if digest.hexdigest() != sha256:
        raise Altered("the stored bytes are not those that were put: their SHA-256 differs")
    if held_back:
        yield held_back


async def _chunk(store: ObjectStore, bucket: str, version: Stored, start: int, size_bytes: int) -> bytes:
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

"""A local file of any size into a locked bucket, in parts, with bounded memory."""

import asyncio
import hashlib
import io
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from minio.error import S3Error

from rasid.errors import AlreadyThere, Altered, ConfigurationError, Refused, Unavailable
from rasid.storage.objects import answers
from rasid.storage.objects.client import ONLY_NEW, Client
from rasid.storage.objects.described import to_minio
from rasid.storage.objects.looking import stat
from rasid.storage.objects.store import ObjectStore
from rasid.storage.objects.stored import Retention, Stored

T = TypeVar("T")

PART_BYTES = 8 * 1024 * 1024
PARTS = 10_000
"""What S3 takes at most."""
PARTS_AT_ONCE = 3
PART_SECONDS = 30.0
FINISH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be stored, where and how; `when_sent` is awaited before it becomes visible."""

    bucket: str
    key: str
    path: Path
    sha256: str
    media_type: str
    retention: Retention | None
    is_held: bool
    only_new: bool
    when_sent: Callable[[], Awaitable[None]] | None = None

    async def is_sent(self) -> None:
        """All that can be sent unseen is."""
        if self.when_sent is not None:
            await self.when_sent()


class _Source:
    """The file, read once from its beginning, and what was read of it."""

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size_bytes = size_bytes
        self.part_bytes = max(PART_BYTES, -(-size_bytes // PARTS))

    async def part(self) -> bytes:
        """The next part; empty at the end."""
        return await asyncio.to_thread(self._part)

    def check(self, sha256: str) -> None:
        """Raise Altered unless what was read is what was promised."""
        if self._digest.hexdigest() != sha256:
            raise Altered("the file is not the one that was hashed: its SHA-256 differs")

    def _part(self) -> bytes:
        body = self._file.read(self.part_bytes)
        self._digest.update(body)
        return body


async def send(store: ObjectStore, order: Order) -> Stored:
    """Store the file, and look at what the store made of it; see `LockedBucket.put_file`."""
    if order.only_new and await stat(store, order.bucket, order.key) is not None:
        raise AlreadyThere("an object with this key is already there")
    version_id = await _send(store, order)
    stored = await stat(store, order.bucket, order.key, version_id)
    if stored is None or not _is_as_ordered(stored, order):
        raise Refused("the object store did not lock what was put as it was told to")
    return stored


def _is_as_ordered(stored: Stored, order: Order) -> bool:
    """Whether it is locked at least as long, and held, as was ordered."""
    if stored.is_held < order.is_held:
        return False
    if order.retention is None:
        return True
    return (
        stored.retention is not None
        and stored.retention.mode == order.retention.mode
        and stored.retention.keep_until >= order.retention.keep_until.replace(microsecond=0)
    )


async def _send(store: ObjectStore, order: Order) -> str:
    file = await asyncio.to_thread(order.path.open, "rb")
    try:
        source = _Source(file, order.path.stat().st_size)
        put = _whole if source.size_bytes <= source.part_bytes else _in_parts
        return version(await put(store, order, source), order.bucket)
    finally:
        await asyncio.to_thread(file.close)


def version(version_id: str | None, bucket: str) -> str:
    """The version's id, which a bucket with versioning always tells."""
    if not version_id or version_id == "null":
        raise ConfigurationError(
            f"the bucket {bucket} keeps no versions", "name a bucket with versioning and Object Lock"
        )
    return version_id


async def _whole(store: ObjectStore, order: Order, source: _Source) -> str | None:
    """In one call. It is not read before it may be sent: whatever else is waited for, it is not in memory meanwhile."""
    await order.is_sent()

    def put(client: Client, body: bytes) -> str | None:
        with client.saying(ONLY_NEW if order.only_new else None):
            return client.put_object(
                order.bucket,
                order.key,
                io.BytesIO(body),
                len(body),
                content_type=order.media_type,
                retention=to_minio(order.retention),
                legal_hold=order.is_held,
                part_size=source.part_bytes,
            ).version_id

    async with store.uploads:
        body = await source.part()
        source.check(order.sha256)
        return await _call(store, lambda client: put(client, body), PART_SECONDS)


async def _in_parts(store: ObjectStore, order: Order, source: _Source) -> str | None:
    """Begin, send the parts, finish; an upload that is not finished is dropped."""
    bucket, key = order.bucket, order.key

    def begin(client: Client) -> str:
        return client.begin_parts(bucket, key, order.media_type, to_minio(order.retention), on_hold=order.is_held)

    def finish(client: Client) -> str | None:
        with client.saying(ONLY_NEW if order.only_new else None):
            return client.finish_parts(bucket, key, upload_id, etags)

    upload_id = await _call(store, begin, store.deadline_seconds)
    try:
        etags = await _send_parts(store, order, source, upload_id)
        source.check(order.sha256)
        await order.is_sent()
        return await _call(store, finish, FINISH_SECONDS)
    except BaseException:
        await _drop(store, lambda client: client.drop_parts(bucket, key, upload_id))
        raise


async def _send_parts(store: ObjectStore, order: Order, source: _Source, upload_id: str) -> list[str]:
    """Read one after the other, send several at once; returns the parts' ETags in order.

    No part is read before it may be sent: so many parts are in memory as all uploads of a store may send at once.
    """
    etags: dict[int, str] = {}
    reading = asyncio.Lock()
    started = 0

    async def send_some() -> None:
        nonlocal started
        while True:
            async with store.uploads:
                async with reading:
                    body = await source.part()
                    started += bool(body)
                    number = started
                if not body:
                    return
                etags[number] = await _call(store, _put_part(order, upload_id, number, body), PART_SECONDS)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(PARTS_AT_ONCE):
                group.create_task(send_some())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [etags[number] for number in sorted(etags)]


def _put_part(order: Order, upload_id: str, number: int, body: bytes) -> Callable[[Client], str]:
    return lambda client: client.put_part(order.bucket, order.key, upload_id, number, body)


async def _call(store: ObjectStore, work: Callable[[Client], T], deadline_seconds: float) -> T:
    try:
        return await store.call(work, deadline_seconds=deadline_seconds)
    except S3Error as error:
        raise answers.unavailable(error) from None


async def _drop(store: ObjectStore, work: Callable[[Client], None]) -> None:
    """As well as the store lets us: what cannot be dropped now is dropped by `LockedBucket.drop_unfinished`."""
    with suppress(Unavailable, S3Error):
        await store.call(work)

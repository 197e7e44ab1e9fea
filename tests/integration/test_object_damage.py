"""Bytes that are not those that were stored are found, wherever they were changed: on the disk or on the way."""

import asyncio
import hashlib
from contextlib import asynccontextmanager

import pytest

from rasid.errors import Altered, Unavailable
from rasid.runtime.hashing import CHUNK_BYTES
from rasid.runtime.ids import RandomIds
from rasid.storage.objects import LockedBucket, ObjectStore
from tests.support.clips import digests
from tests.support.engines import killable
from tests.support.full import Tiny
from tests.support.tampering import Tampering

SIZE_BYTES = 3 * CHUNK_BYTES + 5
BODY = hashlib.shake_256(b"clip").digest(SIZE_BYTES)
SHA256 = hashlib.sha256(BODY).hexdigest()
DIGESTS = digests(BODY)


@asynccontextmanager
async def bucket_at(address, keys, name):
    store = ObjectStore(address, *keys)
    try:
        yield LockedBucket(store, name)
    finally:
        await store.stop()


@pytest.fixture
async def stored(s3, tmp_path):
    """A bucket with one clip in it; gives both."""
    path = tmp_path / "clip"
    path.write_bytes(BODY)
    async with bucket_at(s3.address, s3.admin, f"test-{RandomIds().new()[:12]}") as bucket:
        await bucket.ensure()
        yield bucket, await bucket.put_file("clips/a", path, sha256=SHA256, media_type="video/mp4")


def places_of(piece, folder):
    """Every file below the folder that has these bytes, and where in it."""
    places = ((path, path.read_bytes().find(piece)) for path in folder.rglob("*") if path.is_file())
    return [(path, at) for path, at in places if at >= 0]


def flip(path, at):
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


async def reads(bucket, version):
    return b"".join([chunk async for chunk in bucket.read(version, DIGESTS)])


async def part(bucket, version, start, end):
    return b"".join([chunk async for chunk in bucket.read(version, DIGESTS, start=start, end=end)])


async def test_a_byte_flipped_on_the_disk_is_never_read_as_the_clip(seaweedfs, tmp_path):
    path = tmp_path / "clip"
    path.write_bytes(BODY)
    async with bucket_at(seaweedfs.address, seaweedfs.admin, f"test-{RandomIds().new()[:12]}") as bucket:
        await bucket.ensure()
        put = await bucket.put_file("clips/a", path, sha256=SHA256, media_type="video/mp4")
        assert await reads(bucket, put) == BODY
        places = places_of(BODY[2_000_000:2_000_064], killable(seaweedfs).folder)
        assert places
        for place in places:
            flip(*place)
        with pytest.raises((Altered, Unavailable)):
            await reads(bucket, put)
        with pytest.raises((Altered, Unavailable)):
            await part(bucket, put, 1_999_000, 1_999_010)


RANGES = (
    *((0, 1), (0, CHUNK_BYTES), (CHUNK_BYTES - 1, CHUNK_BYTES), (CHUNK_BYTES - 1, CHUNK_BYTES + 1)),
    *((CHUNK_BYTES, 2 * CHUNK_BYTES), (7, SIZE_BYTES), (3 * CHUNK_BYTES, SIZE_BYTES), (SIZE_BYTES - 1, SIZE_BYTES)),
)


@pytest.mark.parametrize("chunk", range(4))
async def test_one_byte_that_differs_is_found_by_every_range_that_touches_its_chunk(s3, tmp_path, chunk):
    """A copy that differs, with the digests of the original: what a hand in the store would leave."""
    at = chunk * CHUNK_BYTES + (3 if chunk == 3 else CHUNK_BYTES // 2)
    copy = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
    path = tmp_path / "copy"
    path.write_bytes(copy)
    async with bucket_at(s3.address, s3.admin, f"test-{RandomIds().new()[:12]}") as bucket:
        await bucket.ensure()
        sha256 = hashlib.sha256(copy).hexdigest()
        put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
        for start, end in RANGES:
            if start // CHUNK_BYTES <= chunk <= (end - 1) // CHUNK_BYTES:
                with pytest.raises(Altered):
                    await part(bucket, put, start, end)
            else:
                assert await part(bucket, put, start, end) == BODY[start:end]


async def test_a_byte_changed_on_the_way_is_found_in_a_range(s3, stored):
    bucket, put = stored
    async with (
        Tampering(s3.address, flip_at=500_000) as proxy,
        bucket_at(proxy.address, s3.admin, bucket.bucket) as behind,
    ):
        with pytest.raises(Altered):
            await part(behind, put, CHUNK_BYTES + 5, CHUNK_BYTES + 10)
        assert proxy.flipped == 1


async def test_damage_in_one_drive_of_minio_is_healed_and_in_most_of_them_refused(minio, tmp_path):
    path = tmp_path / "clip"
    path.write_bytes(BODY)
    async with bucket_at(minio.address, minio.admin, f"test-{RandomIds().new()[:12]}") as bucket:
        await bucket.ensure()
        put = await bucket.put_file("clips/a", path, sha256=SHA256, media_type="video/mp4")
        parts = [next(drive.rglob(f"{bucket.bucket}/clips/a/*/part.1")) for drive in killable(minio).drives]
        flip(parts[0], 1_000_000)
        assert await reads(bucket, put) == BODY
        for part in parts[1:]:
            flip(part, 1_000_000)
        with pytest.raises((Altered, Unavailable)):
            await asyncio.wait_for(reads(bucket, put), 20)  # and not after a minute, as its `Retry-After` asks


async def test_a_byte_changed_on_the_way_is_found(s3, stored):
    bucket, put = stored
    async with (
        Tampering(s3.address, flip_at=2_000_000) as proxy,
        bucket_at(proxy.address, s3.admin, bucket.bucket) as behind,
    ):
        with pytest.raises(Altered):
            await behind.verify(put, SHA256)
        assert proxy.flipped == 1
    await bucket.verify(put, SHA256)


async def test_bytes_that_are_broken_off_on_the_way_are_never_taken_for_the_clip(s3, stored):
    bucket, put = stored
    async with (
        Tampering(s3.address, stop_at=1_500_000) as proxy,
        bucket_at(proxy.address, s3.admin, bucket.bucket) as behind,
    ):
        with pytest.raises((Altered, Unavailable)):
            await behind.verify(put, SHA256)


async def test_a_store_that_drips_keeps_no_thread_and_no_caller(s3, stored):
    bucket, put = stored
    async with Tampering(s3.address, drip_seconds=0.05) as proxy:
        store = ObjectStore(proxy.address, *s3.admin, connections=1, deadline_seconds=0.5)
        behind = LockedBucket(store, bucket.bucket)
        for _ in range(2):
            with pytest.raises(Unavailable, match="no answer within"):
                await behind.verify(put, SHA256)
        proxy.drip_seconds = 0.0
        store.deadline_seconds = 5
        await behind.verify(put, SHA256)  # the one thread that there is, is free
        proxy.drip_seconds = 0.05
        reading = asyncio.create_task(behind.verify(put, SHA256))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        await asyncio.wait_for(store.stop(), 2)


async def fill(bucket, body):
    """Put until the store is full; returns what it took."""
    kept = []
    with pytest.raises(Unavailable, match="full"):  # noqa: PT012 - which of them is the last is the store's affair
        for number in range(20):
            kept.append(await bucket.put(f"small/{number}", body))  # noqa: PERF401 - those before it must stay
    return kept


async def test_a_full_store_refuses_and_keeps_what_it_has(tmp_path):
    engine, path = Tiny(tmp_path / "tiny"), tmp_path / "clip"
    path.write_bytes(BODY)
    await engine.start()
    try:
        async with bucket_at(engine.address, engine.admin, "full") as bucket:
            await bucket.ensure()
            kept = await fill(bucket, BODY[: 512 * 1024])
            with pytest.raises(Unavailable, match="full"):
                await bucket.put_file("clips/a", path, sha256=SHA256, media_type="video/mp4")
            assert await bucket.stat("clips/a") is None
            for put in kept:
                assert await bucket.get(put.key, put.version_id) == BODY[: 512 * 1024]
    finally:
        await engine.stop()

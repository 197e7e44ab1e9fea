"""Files into and out of real object stores: any size, whole or not at all, checked, bounded, never waiting for ever."""

import asyncio
import hashlib
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from minio.commonconfig import ENABLED, Filter
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

from rasid.errors import AlreadyThere, Altered, Refused, Unavailable
from rasid.runtime.clock import SystemClock
from rasid.runtime.hashing import CHUNK_BYTES, Digests
from rasid.runtime.ids import RandomIds
from rasid.storage.objects import LockedBucket, ObjectStore, Retention, Stored, upload
from rasid.storage.objects.client import Client
from rasid.storage.objects.upload import PART_BYTES
from tests.support.clips import digests
from tests.support.engines import killable
from tests.support.eventually import eventually

SIZES = (0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 17)


@pytest.fixture
async def bucket(s3):
    store = ObjectStore(s3.address, *s3.admin)
    bucket = LockedBucket(store, f"test-{RandomIds().new()[:12]}")
    await bucket.ensure()
    yield bucket
    await store.stop()


@pytest.fixture
def file(tmp_path):
    """Makes a file of so many bytes, no two parts of it alike; returns its path and SHA-256."""

    def make(size_bytes):
        body = hashlib.shake_256(size_bytes.to_bytes(8, "big")).digest(size_bytes)
        path = tmp_path / str(size_bytes)
        path.write_bytes(body)
        return path, hashlib.sha256(body).hexdigest()

    return make


async def unfinished(bucket, key):
    """Uploads that were begun and not finished (MinIO names them by their whole key only)."""

    def look(client):
        return client._list_multipart_uploads(bucket.bucket, prefix=key).uploads

    return await bucket.store.call(look)


async def everything(chunks):
    return b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("size_bytes", SIZES)
async def test_a_file_of_any_size_comes_back_byte_for_byte(bucket, file, size_bytes):
    path, sha256 = file(size_bytes)
    put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
    assert (put.key, put.size_bytes, put.media_type) == ("clips/a", size_bytes, "video/mp4")
    assert await bucket.stat("clips/a") == put
    for known in (digests(path.read_bytes()), Digests(sha256)):
        assert await everything(bucket.read(put, known)) == path.read_bytes()
    assert await bucket.verify(put, sha256) == digests(path.read_bytes())


@pytest.mark.parametrize("size_bytes", [10, PART_BYTES + 1])
async def test_a_file_is_locked_and_held_from_its_first_moment_in_one_part_or_in_several(bucket, file, size_bytes):
    path, sha256 = file(size_bytes)
    retention = Retention(SystemClock().now().replace(microsecond=0) + timedelta(hours=1))
    put = await bucket.put_file(
        "clips/a", path, sha256=sha256, media_type="video/mp4", retention=retention, is_held=True
    )
    assert (put.retention, put.is_held) == (retention, True)
    for is_held in (True, False):
        with pytest.raises(Refused):
            await bucket.delete("clips/a", put.version_id)
        if is_held:
            await bucket.release("clips/a", put.version_id)
    await bucket.verify(put, sha256)


async def test_a_store_that_forgets_the_lock_of_a_file_in_parts_is_found_at_once(bucket, file, monkeypatch):
    path, sha256 = file(PART_BYTES + 1)
    begin = Client.begin_parts

    def forget(self, bucket, key, media_type, retention, *, on_hold):
        return begin(self, bucket, key, media_type, None, on_hold=on_hold)

    monkeypatch.setattr(Client, "begin_parts", forget)
    retention = Retention(SystemClock().now() + timedelta(hours=1))
    with pytest.raises(Refused, match="did not lock"):
        await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4", retention=retention)


async def test_any_range_of_bytes_can_be_read(bucket, file):
    path, sha256 = file(2 * CHUNK_BYTES + 100)
    body = path.read_bytes()
    put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
    for start, end in (
        (0, 1),
        (5, 5),
        (CHUNK_BYTES - 1, CHUNK_BYTES + 1),
        (7, 2 * CHUNK_BYTES + 99),
        (len(body), None),
    ):
        assert await everything(bucket.read(put, digests(body), start=start, end=end)) == body[start:end]
    assert await everything(bucket.read(put, digests(body), start=5, end=10 * len(body))) == body[5:]


async def test_a_chunk_is_never_more_than_a_megabyte(bucket, file):
    path, sha256 = file(3 * CHUNK_BYTES + 5)
    put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
    assert [len(chunk) async for chunk in bucket.read(put, Digests(sha256))] == [CHUNK_BYTES] * 3 + [5]


@pytest.mark.parametrize("size_bytes", [10, PART_BYTES + 1])
async def test_a_file_that_is_not_the_one_that_was_hashed_is_not_stored(bucket, file, size_bytes):
    path, _ = file(size_bytes)
    with pytest.raises(Altered):
        await bucket.put_file("clips/a", path, sha256="0" * 64, media_type="video/mp4")
    assert await bucket.stat("clips/a") is None
    assert await unfinished(bucket, "clips/a") == []


@pytest.mark.parametrize("size_bytes", [10, PART_BYTES + 1])
async def test_only_new_refuses_a_key_that_is_there_and_leaves_it_as_it_was(bucket, file, size_bytes):
    path, sha256 = file(size_bytes)
    first = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4", only_new=True)
    with pytest.raises(AlreadyThere):
        await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4", only_new=True)
    assert [version.version_id async for version in bucket.list()] == [first.version_id]


@pytest.mark.parametrize("size_bytes", [10, PART_BYTES + 1])
async def test_of_two_that_put_the_same_new_key_at_once_one_is_stored(bucket, file, size_bytes):
    path, sha256 = file(size_bytes)
    put = [bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4", only_new=True) for _ in range(2)]
    results = await asyncio.gather(*put, return_exceptions=True)
    versions = [version.version_id async for version in bucket.list()]
    assert [one.version_id for one in results if isinstance(one, Stored)] == versions
    assert len(versions) == 1
    assert sum(isinstance(one, AlreadyThere) for one in results) == 1


async def test_reading_with_another_digest_raises_before_the_last_chunk(bucket, file):
    path, sha256 = file(2 * CHUNK_BYTES + 5)
    put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
    reading = bucket.read(put, Digests("0" * 64))
    assert len(await anext(reading)) == len(await anext(reading)) == CHUNK_BYTES
    with pytest.raises(Altered):  # who was promised a length sees that it is not complete
        await anext(reading)
    with pytest.raises(Altered):
        await bucket.verify(put, "0" * 64)


async def test_what_is_gone_or_shorter_than_it_was_is_altered(bucket, file):
    path, sha256 = file(100)
    put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
    for longer in (101, 200):
        with pytest.raises(Altered, match="shorter"):
            await everything(bucket.read(Stored(put.key, put.version_id, longer), Digests(sha256)))
    await bucket.delete(put.key, put.version_id)
    with pytest.raises(Altered, match="not there"):
        await everything(bucket.read(put, Digests(sha256)))


async def test_an_upload_that_is_cancelled_leaves_nothing(bucket, file, monkeypatch):
    path, sha256 = file(4 * PART_BYTES)
    begun, put_part = asyncio.Event(), upload._put_part
    loop = asyncio.get_running_loop()

    def announced(*arguments):
        loop.call_soon(begun.set)
        return put_part(*arguments)

    monkeypatch.setattr(upload, "_put_part", announced)
    putting = asyncio.create_task(bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4"))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert await bucket.stat("clips/a") is None
    assert await unfinished(bucket, "clips/a") == []


@pytest.mark.parametrize("size_bytes", [10, 2 * PART_BYTES])
async def test_nothing_is_visible_before_the_sender_says_so_and_nothing_is_left_when_it_says_no(
    bucket, file, size_bytes
):
    path, sha256 = file(size_bytes)
    seen = []

    async def look():
        seen.append(await bucket.stat("clips/a"))

    async def refuse():
        raise Refused("it is no clip")

    with pytest.raises(Refused, match="no clip"):
        await bucket.put_file("clips/b", path, sha256=sha256, media_type="video/mp4", when_sent=refuse)
    await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4", when_sent=look)
    assert seen == [None]
    assert await bucket.stat("clips/a") is not None
    assert await bucket.stat("clips/b") is None
    assert await unfinished(bucket, "clips/b") == []


async def test_what_a_killed_process_left_half_uploaded_is_dropped_when_it_is_old(bucket, s3):
    begun = await bucket.store.call(
        lambda client: client.begin_parts(bucket.bucket, "clips/a", "video/mp4", None, on_hold=False)
    )
    await bucket.store.call(lambda client: client.put_part(bucket.bucket, "clips/a", begun, 1, b"x" * PART_BYTES))
    (waiting,) = await unfinished(bucket, "clips/a")
    assert await bucket.drop_unfinished(waiting.initiated_time) == 0
    dropped = await bucket.drop_unfinished(waiting.initiated_time.replace(year=2999))
    assert dropped in {0, 1}  # MinIO does not name it here, and drops it itself after a day
    assert len(await unfinished(bucket, "clips/a")) == 1 - dropped


async def test_a_stalled_store_is_unavailable_within_the_deadline_and_works_again_afterwards(
    bucket, s3, file, monkeypatch
):
    path, sha256 = file(3 * PART_BYTES)
    put = await bucket.put_file("clips/a", path, sha256=sha256, media_type="video/mp4")
    engine = killable(s3)
    engine.pause()
    try:
        with monkeypatch.context() as short:
            short.setattr(upload, "PART_SECONDS", 0.5)
            short.setattr(bucket.store, "deadline_seconds", 0.5)
            began = time.monotonic()
            attempts = [
                *(bucket.put_file(f"clips/{n}", path, sha256=sha256, media_type="video/mp4") for n in range(4)),
                *(bucket.stat("clips/a") for _ in range(20)),
                *(everything(bucket.read(put, Digests(sha256))) for _ in range(20)),
            ]
            results = await asyncio.gather(*attempts, return_exceptions=True)
        assert {type(result) for result in results} == {Unavailable}
        assert time.monotonic() - began < 5
    finally:
        engine.resume()
    await eventually(lambda: _answers(bucket), 20)
    assert await everything(bucket.read(put, Digests(sha256))) == path.read_bytes()


async def _answers(bucket):
    with suppress(Unavailable):
        return await bucket.stat("clips/a")


async def test_large_uploads_leave_threads_to_the_short_calls(bucket, s3, file):
    store = ObjectStore(s3.address, *s3.admin, connections=2, deadline_seconds=3)
    small = LockedBucket(store, bucket.bucket)
    path, sha256 = file(4 * PART_BYTES)
    uploads = [small.put_file(f"clips/{n}", path, sha256=sha256, media_type="video/mp4") for n in range(3)]
    putting = asyncio.gather(*uploads)
    while not putting.done():
        assert await small.stat("none") is None  # never Unavailable for want of a thread
    assert len(await putting) == 3
    await store.stop()


async def test_a_bucket_forgets_after_so_many_days_and_keeps_the_rules_of_others(s3):
    store = ObjectStore(s3.address, *s3.admin)
    name = f"pictures-{RandomIds().new()[:8]}"
    await store.ensure_bucket(name)
    assert await store.expiry_days(name) is None
    theirs = Rule(ENABLED, rule_filter=Filter(prefix="theirs/"), rule_id="theirs", expiration=Expiration(days=400))
    await store.call(lambda client: client.set_bucket_lifecycle(name, LifecycleConfig([theirs])))
    for days in (21, 21, 30):
        await store.expire(name, days)
        assert await store.expiry_days(name) == days
    await store.expire(name, 3, "face/")
    assert (await store.expiry_days(name), await store.expiry_days(name, "face/")) == (30, 3)
    await store.put(name, "picture", b"picture", "image/jpeg")
    assert await store.get(name, "picture") == b"picture"
    rules = (await store.call(lambda client: client.get_bucket_lifecycle(name))).rules
    assert sorted((rule.rule_id, rule.rule_filter.prefix, rule.expiration.days) for rule in rules) == [
        ("rasid-expiry", "", 30),
        ("rasid-expiry-face", "face/", 3),
        ("theirs", "theirs/", 400),
    ]
    await store.stop()


async def test_a_part_of_an_object_is_just_that_part(s3):
    store = ObjectStore(s3.address, *s3.admin)
    name = f"pictures-{RandomIds().new()[:8]}"
    await store.ensure_bucket(name)
    await store.put(name, "pack", b"onetwothree", "application/octet-stream")
    assert await store.get(name, "pack", start=3, size_bytes=3) == b"two"
    assert await store.get(name, "pack", start=6, size_bytes=100) == b"three", "what there is"
    assert await store.get(name, "pack", start=11, size_bytes=1) == b"", "nothing there is no outage"
    assert await store.get(name, "none", start=3, size_bytes=3) is None
    await store.stop()


async def test_keys_that_are_wrong_are_said_plainly_while_running(bucket, s3):
    store = ObjectStore(s3.address, s3.archive[0], "wrong-secret-key")
    with pytest.raises(Unavailable, match="refuses our credential"):
        await LockedBucket(store, bucket.bucket).put("a", b"x")
    with pytest.raises((Unavailable, Refused)):
        await LockedBucket(store, bucket.bucket).hold("a", "b")
    await store.stop()

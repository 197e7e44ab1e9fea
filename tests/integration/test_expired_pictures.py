"""Pictures whose time is over go from a real object store, by the process whose credential may delete."""

import asyncio
import hashlib
import secrets
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from rasid.contract.pictures import CLASSES, first_not_due, make_key, prefix_of
from rasid.errors import Unavailable
from rasid.runtime.clock import SystemClock
from rasid.storage.objects import ObjectStore, PassingBucket, passing
from tests.support.archive import OtherReplica
from tests.support.eventually import eventually
from tools.demo.buckets import ensure_buckets
from tools.demo.connecting import http_client

CLOCK = SystemClock()
BODY = b"\xff\xd8\xff a picture"


class Stock:
    """A bucket of pictures of its own: filled as ingest, looked into as search, each with its credential."""

    def __init__(self, s3):
        self.s3 = s3
        self.name = f"pictures-{secrets.token_hex(4)}"
        self.evidence = f"evidence-{self.name}"
        self.store = ObjectStore(s3.address, *s3.of("ingest"))
        self.readers = ObjectStore(s3.address, *s3.of("search"))

    async def put(self, kind, expires_in_seconds):
        """A picture that expires so many seconds from now; returns its key."""
        sha256 = hashlib.sha256(secrets.token_bytes(8)).hexdigest()
        key = make_key(kind, CLOCK.now() + timedelta(seconds=expires_in_seconds), sha256)
        await self.store.put(self.name, key, BODY, "image/jpeg")
        return key

    async def there(self, keys):
        found = await asyncio.gather(*(self.readers.get(self.name, key) for key in keys))
        return [key for key, body in zip(keys, found, strict=True) if body is not None]


@pytest.fixture
async def stock(s3):
    async with stocked(s3) as found:
        yield found


@asynccontextmanager
async def stocked(s3):
    found = Stock(s3)
    await ensure_buckets(s3.address, s3.admin, pictures=found.name, evidence=found.evidence)
    yield found
    await found.store.stop()
    await found.readers.stop()


@pytest.fixture
async def eraser(stock, mongo, tmp_path):
    """The process as it runs, not started yet."""
    credential = stock.s3.eraser
    service = OtherReplica(
        tmp_path,
        {
            "RASID_MONGO": mongo.address,
            "RASID_DATABASE": f"test_{secrets.token_hex(4)}",
            "RASID_OBJECTS": stock.s3.address,
            "RASID_OBJECTS_ACCESS_KEY": credential.access_key,
            "RASID_OBJECTS_SECRET_KEY": credential.secret_key,
            "RASID_EVIDENCE_BUCKET": stock.evidence,
            "RASID_PICTURES_BUCKET": stock.name,
            "RASID_CERTIFICATE_KEY": secrets.token_hex(32),
        },
    )
    yield service
    await service.stop()


async def test_what_has_expired_goes_by_itself_and_the_rest_stays(stock, eraser):
    due = [await stock.put(kind, -seconds) for kind in CLASSES for seconds in (0.1, 3600, 40 * 86_400)]
    kept = [await stock.put(kind, 3600) for kind in CLASSES]
    before = "ab" * 32
    await stock.store.put(stock.name, before, BODY, "image/jpeg")
    await eraser.start()
    await eventually(lambda: _are_gone(stock, due), 30, "what has expired is gone")
    assert await stock.there([*kept, before]) == [*kept, before]

    async def told():
        async with http_client(eraser.address) as client:
            text = (await client.get("/metrics")).text
        wanted = [f'rasid_pictures_removed_total{{class="{kind}"}} 3.0' for kind in CLASSES]
        return all(line in text for line in [*wanted, "rasid_overdue_pictures_seconds 0.0"])

    await eventually(told, 10, "it tells so")


async def _are_gone(stock, keys):
    return await stock.there(keys) == []


async def test_keys_come_in_their_order_a_page_at_a_time_and_no_further_than_asked(stock, monkeypatch):
    monkeypatch.setattr(passing, "MOST_AT_ONCE", 4)
    now = CLOCK.now()
    due = sorted([await stock.put("face", -seconds) for seconds in range(1, 10)])
    others = [await stock.put("face", 60), await stock.put("other", -60)]
    bucket = PassingBucket(stock.store, stock.name)
    found, after = [], ""
    while page := await bucket.first(prefix_of("face"), first_not_due("face", now), after=after):
        assert len(page) <= 4
        found += page
        after = page[-1]
    assert found == due
    with_rights = ObjectStore(stock.s3.address, *stock.s3.eraser)
    for _ in range(2):  # what is gone need not be deleted
        await PassingBucket(with_rights, stock.name).remove(due)
    await with_rights.stop()
    assert await stock.there([*due, *others]) == others


async def test_the_services_credential_deletes_no_picture_where_the_store_knows_that_right(minio):
    """SeaweedFS knows no right to delete apart from the one to write."""
    async with stocked(minio) as stock:
        key = await stock.put("other", -1)
        with pytest.raises(Unavailable, match="AccessDenied"):
            await PassingBucket(stock.store, stock.name).remove([key])
        assert await stock.there([key]) == [key]


async def test_a_bucket_that_is_not_there_is_told(s3):
    store = ObjectStore(s3.address, *s3.admin)
    with pytest.raises(Unavailable):
        await PassingBucket(store, f"none-{secrets.token_hex(4)}").first("face/", "face/3")
    await store.stop()

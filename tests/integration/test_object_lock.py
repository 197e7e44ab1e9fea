"""The lock, proven on real stores: it holds for the application's credential, and each way around it is found."""

import asyncio
from datetime import timedelta

import pytest

from rasid.errors import AlreadyThere, ConfigurationError, Refused
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.storage.objects import LockedBucket, ObjectStore, Retention, prove_eraser, prove_lock

CLOCK = SystemClock()
LATER = timedelta(minutes=11)
"""By then nobody is still at a proof of now."""


@pytest.fixture
async def bucket_of(s3):
    """A fresh bucket for evidence, as each credential sees it; made by the administrator, as set-up does."""
    name = f"test-{RandomIds().new()[:12]}"
    credentials = {"admin": s3.admin, "application": s3.of("archive"), "eraser": s3.of("eraser")}
    stores = {who: ObjectStore(s3.address, *keys) for who, keys in credentials.items()}
    buckets = {who: LockedBucket(store, name) for who, store in stores.items()}
    await buckets["admin"].ensure()
    await buckets["application"].ensure()
    yield buckets
    await asyncio.gather(*(store.stop() for store in stores.values()))


@pytest.fixture
def application(bucket_of):
    return bucket_of["application"]


@pytest.fixture
def eraser(bucket_of):
    return bucket_of["eraser"]


def proof(bucket, **more):
    return prove_lock(bucket, CLOCK.now(), RandomIds(), **more)


def for_an_hour(mode="GOVERNANCE"):
    return Retention(CLOCK.now().replace(microsecond=0) + timedelta(hours=1), mode)


async def left_in(bucket):
    return [version async for version in bucket.list(markers=True)]


async def test_the_lock_holds_for_the_application(application):
    verdict = await proof(application)
    assert str(verdict) == "the object lock holds (13 probes)"
    assert verdict.holds
    assert (await proof(application, prefix="clips/")).holds


async def test_the_eraser_proves_with_its_own_credential_that_it_erases_and_that_a_hold_stops_it(application, eraser):
    verdict = await prove_eraser(eraser, CLOCK.now(), RandomIds())
    assert (verdict.holds, verdict.probes) == (True, ("erase what is held", "erase")), str(verdict)
    assert [version for version in await left_in(application) if version.is_latest] == []


async def test_a_hold_that_a_killed_proof_has_left_is_removed_by_the_erasers(application, eraser):
    left = await application.put("lock-proof/held/left", b"left", is_held=True)
    await prove_eraser(eraser, CLOCK.now(), RandomIds())
    assert (await application.stat(left.key, left.version_id)).is_held, "somebody may still be at it"
    await prove_eraser(eraser, CLOCK.now() + LATER, RandomIds())
    assert await application.stat(left.key, left.version_id) is None


async def test_a_credential_that_may_bypass_is_found_out(eraser, application, bucket_of):
    verdict = await proof(bucket_of["admin"])
    failed = {failure.probe for failure in verdict.failures}
    assert {"delete with bypass", "delete in bulk with bypass", "shorten with bypass"} <= failed
    assert not failed & {"delete", "delete what is held with bypass", "downgrade compliance"}
    assert not verdict.holds


async def test_an_eraser_that_cannot_erase_is_found_out(application):
    verdict = await prove_eraser(application, CLOCK.now(), RandomIds())
    assert [failure.probe for failure in verdict.failures] == ["erase"]


async def test_a_bucket_without_object_lock_is_refused_and_found_out(bucket_of):
    name = f"test-{RandomIds().new()[:12]}"
    admin, application = bucket_of["admin"].store, bucket_of["application"].store
    await admin.ensure_bucket(name)
    for store in (admin, application):
        with pytest.raises(ConfigurationError, match="name another bucket"):
            await LockedBucket(store, name).ensure()
    assert not (await proof(LockedBucket(application, name))).holds


async def test_only_the_administrator_of_these_stores_makes_buckets(bucket_of):
    bucket = LockedBucket(bucket_of["application"].store, f"test-{RandomIds().new()[:12]}")
    with pytest.raises(ConfigurationError, match="administrator"):
        await bucket.ensure()


async def test_a_version_is_locked_from_its_first_moment_and_only_the_eraser_gets_past_it(application, eraser):
    retention = for_an_hour()
    put = await application.put("clip", b"first", retention=retention)
    assert (await application.stat("clip", put.version_id)).retention == retention
    for bypass in (False, True):
        with pytest.raises(Refused):
            await application.delete("clip", put.version_id, bypass=bypass)
    with pytest.raises(Refused):
        await eraser.delete("clip", put.version_id)
    assert await application.get("clip", put.version_id) == b"first"
    await eraser.delete("clip", put.version_id, bypass=True)
    await eraser.delete("clip", put.version_id, bypass=True)  # what is gone is gone
    assert await application.get("clip", put.version_id) is None


async def test_the_application_can_keep_longer_and_never_shorter(application):
    put = await application.put("clip", b"first", retention=for_an_hour())
    longer = put.retention.keep_until + timedelta(days=1)
    await application.extend("clip", put.version_id, longer)
    await application.extend("clip", put.version_id, put.retention.keep_until)  # sooner: nothing happens
    for bypass in (False, True):
        for wanted in (None, put.retention):
            with pytest.raises(Refused):
                await application.set_retention("clip", put.version_id, wanted, bypass=bypass)
    assert (await application.stat("clip", put.version_id)).retention.keep_until == longer
    with pytest.raises(Refused, match="not there"):
        await application.extend("other", put.version_id, longer)


async def test_compliance_withstands_the_eraser_and_the_administrator(bucket_of):
    put = await bucket_of["application"].put("checkpoint", b"first", retention=for_an_hour("COMPLIANCE"))
    for who in bucket_of.values():
        with pytest.raises(Refused):
            await who.delete("checkpoint", put.version_id, bypass=True)
        with pytest.raises(Refused):
            await who.set_retention("checkpoint", put.version_id, None, bypass=True)
        assert await who.get("checkpoint", put.version_id) == b"first"


async def test_not_even_the_eraser_gets_past_a_hold(application, eraser):
    put = await application.put("clip", b"first")
    await application.hold("clip", put.version_id)
    assert (await application.stat("clip", put.version_id)).is_held
    with pytest.raises(Refused):
        await eraser.delete("clip", put.version_id, bypass=True)
    assert await eraser.delete_many([put], bypass=True) == [put.version_id]
    await application.release("clip", put.version_id)
    assert not (await application.stat("clip", put.version_id)).is_held
    await eraser.delete("clip", put.version_id)
    assert await application.get("clip", put.version_id) is None


async def gone_from(application, eraser):
    """A version that was there."""
    put = await application.put("clip", b"gone")
    await eraser.delete(put.key, put.version_id)
    return put


async def test_holding_what_is_not_there_is_refused_and_never_taken_for_held(application, eraser):
    put = await application.put("clip", b"first")
    gone = await gone_from(application, eraser)
    for key, version_id in (("other", put.version_id), (gone.key, gone.version_id)):
        with pytest.raises(Refused, match="not there"):
            await application.hold(key, version_id)


async def test_releasing_and_deleting_what_is_gone_is_done_already(application, eraser):
    put = await gone_from(application, eraser)
    await application.release(put.key, put.version_id)
    await eraser.release(put.key, put.version_id)
    await eraser.delete(put.key, put.version_id)
    assert await application.stat(put.key) is None


async def test_another_put_is_another_version_or_refused_when_it_must_be_new(application, eraser):
    first, second = await application.put("clip", b"first"), await application.put("clip", b"second")
    assert first.version_id != second.version_id
    assert await application.get("clip", first.version_id) == b"first"
    with pytest.raises(AlreadyThere):
        await application.put("clip", b"third", only_new=True)
    await eraser.delete("clip")
    assert await application.stat("clip") is None
    assert await application.get("clip", second.version_id) == b"second"
    listed = [version async for version in application.list("cl")]
    assert {version.version_id for version in listed} == {first.version_id, second.version_id}
    assert len(await left_in(application)) == 3

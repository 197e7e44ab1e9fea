"""What ingest keeps beside its registry, on a real server: leases, sealed credentials, registrations."""

import asyncio
from dataclasses import replace

import pytest

from rasid.runtime.ids import RandomIds
from rasid.storage.mongo import Mongo
from rasid.testing.clock import START, ManualClock
from services.ingest.pull_store import LEASE_SECONDS, MongoLeases, MongoSecrets
from services.ingest.registration_store import MongoRegistrations
from services.ingest.registrations import Registration

CAMERAS = [f"cam-{number}" for number in range(20)]


@pytest.fixture
async def store(mongo):
    store = Mongo(mongo.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=5)
    await store.start()
    yield store
    await store.stop()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def leases(store, clock):
    return lambda owner: MongoLeases(store.collection("leases"), owner, clock)


async def test_each_camera_has_one_owner_however_many_ask_at_the_same_time(leases):
    found = await asyncio.gather(*(leases(owner).hold(CAMERAS) for owner in "abcd"))
    assert sorted(one for mine in found for one in mine) == sorted(CAMERAS)
    again = await asyncio.gather(*(leases(owner).hold(CAMERAS) for owner in "abcd"))
    assert again == found


async def test_a_lease_is_kept_while_it_is_renewed_and_falls_to_another_when_it_is_not(leases, clock):
    first, second = leases("a"), leases("b")
    assert await first.hold(CAMERAS) == set(CAMERAS)
    for _ in range(4):
        clock.shift(LEASE_SECONDS / 2)
        assert await first.hold(CAMERAS[:10]) == set(CAMERAS[:10])
    assert await second.hold(CAMERAS) == set(CAMERAS[10:])
    clock.shift(LEASE_SECONDS + 1)
    assert await second.hold(CAMERAS) == set(CAMERAS)
    assert await first.hold(CAMERAS) == set()


async def test_what_is_let_go_is_taken_at_once_and_only_ones_own(leases):
    first, second = leases("a"), leases("b")
    await first.hold(CAMERAS)
    await second.release(CAMERAS)
    assert await second.hold(CAMERAS) == set()
    await first.release(CAMERAS[:3])
    assert await second.hold(CAMERAS) == set(CAMERAS[:3])
    assert await first.hold([]) == set()


async def test_sealed_credentials_are_replaced_and_removed(store):
    secrets = MongoSecrets(store.collection("secrets"))
    assert await secrets.get("a") is None
    await secrets.put("a", "sealed-1", START)
    await secrets.put("a", "sealed-2", START)
    await secrets.put("b", "sealed-3", START)
    assert await secrets.get("a") == "sealed-2"
    assert await secrets.given(["a", "b", "c"]) == {"a": START, "b": START}
    await secrets.remove("a")
    assert await secrets.get("a") is None


async def test_registrations_are_replaced_and_only_their_own_camera_forgets_them(store):
    kept = MongoRegistrations(store.collection("registrations"))
    one = Registration("35010000001190000001", "cam-1", "192.0.2.17", START, START)
    assert await kept.get(one.device_id) is None
    await asyncio.gather(*(kept.put(one) for _ in range(3)))
    await kept.put(replace(one, peer="192.0.2.18"))
    assert await kept.get(one.device_id) == replace(one, peer="192.0.2.18")
    await kept.forget(one.device_id, "cam-2")
    assert await kept.get(one.device_id) is not None
    await kept.forget(one.device_id, "cam-1")
    assert await kept.get(one.device_id) is None

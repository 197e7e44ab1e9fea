"""The store's promises on a real server: deadlines, our own errors, the outbox and its lease, pictures by key."""

import asyncio
import time
from datetime import timedelta

import pytest

from rasid.contract.codec import from_structured
from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.ids import RandomIds
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Duplicate, Mongo
from rasid.storage.objects import ObjectStore
from rasid.storage.outbox import FIELD, LEASE, LEASES, MongoOutbox, outbox_index, pending
from rasid.testing.builders import case_state
from rasid.testing.clock import START, ManualClock


@pytest.fixture
async def store(mongo):
    store = Mongo(mongo.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=5)
    await store.start()
    yield store
    await store.stop()


@pytest.fixture
async def pictures(objects):
    store = ObjectStore(objects.address, objects.access_key, objects.secret_key)
    yield store
    await store.stop()


async def test_documents_come_back_as_they_were_written_with_aware_times(store):
    rows = store.collection("rows")
    await rows.insert({"_id": "a", "name": "الجسر", "at": START})
    assert await rows.find_one({"_id": "a"}) == {"_id": "a", "name": "الجسر", "at": START}


async def test_a_taken_key_is_a_duplicate_that_names_the_field_and_not_the_value(store):
    rows = store.collection("rows")
    await rows.ensure_index([("plate", 1)], unique=True)
    await rows.insert({"_id": "a", "plate": "13A12345"})
    with pytest.raises(Duplicate) as caught:
        await rows.insert({"_id": "b", "plate": "13A12345"})
    assert "plate" in str(caught.value)
    assert "13A12345" not in str(caught.value)


async def test_an_update_returns_the_document_as_it_is_afterwards_or_none(store):
    rows = store.collection("rows")
    await rows.insert({"_id": "a", "version": 1})
    assert await rows.update({"_id": "a", "version": 1}, {"$set": {"version": 2}}) == {"_id": "a", "version": 2}
    assert await rows.update({"_id": "a", "version": 1}, {"$set": {"version": 3}}) is None


async def test_many_documents_are_added_and_those_already_there_passed_over(store):
    rows = store.collection("rows")
    assert await rows.insert_many([{"_id": "a"}, {"_id": "b"}]) == frozenset()
    assert await rows.insert_many([{"_id": "b"}, {"_id": "c"}]) == {"b"}
    assert await rows.count({"_id": {"$in": ["a", "b", "c"]}}) == 3


async def test_finding_sorts_limits_and_chooses_fields(store):
    rows = store.collection("rows")
    await rows.insert_many([{"_id": str(number), "n": number, "more": "x"} for number in range(5)])
    found = await rows.find({"n": {"$gte": 1, "$lt": 9}}, sort=[("n", -1)], limit=2, fields=["n"])
    assert found == [{"_id": "4", "n": 4}, {"_id": "3", "n": 3}]


async def test_what_waits_in_a_document_is_found_in_order_and_cleared(store):
    outbox = MongoOutbox(store, ["cases"], ManualClock())
    await ensure_indexes(store, [outbox_index("cases")])
    events = [case_state("case-1", version=version) for version in (1, 2, 3)]
    await store.collection("cases").insert({"_id": "case-1", FIELD: pending(*events)})
    waiting = await outbox.oldest(10)
    assert [from_structured(row.event_json) for row in waiting] == events
    await outbox.clear(waiting[0])
    assert [row.event_id for row in await outbox.oldest(10)] == [events[1].id, events[2].id]


@pytest.mark.parametrize("tells_tables", [True, False])
async def test_what_is_published_late_is_followed_by_the_newest_of_its_table(store, tells_tables):
    outbox = MongoOutbox(store, ["cases"], ManualClock(), tells_tables=tells_tables)
    events = [case_state("case-1", version=version) for version in (1, 2)]
    await store.collection("cases").insert({"_id": "case-1", FIELD: pending(*events)})
    waiting = await outbox.oldest(10)
    for one in waiting:
        await outbox.clear(one)
    stood_still = waiting[0]
    await outbox.clear(stood_still)
    again = await outbox.oldest(10)
    assert [from_structured(row.event_json) for row in again] == ([events[1]] if tells_tables else [])
    for one in again:
        await outbox.clear(one)
    await outbox.clear(waiting[1])
    assert await outbox.oldest(10) == [], "the newest was told last"


async def test_what_is_published_late_is_not_followed_by_what_is_older_than_what_waits(store):
    outbox = MongoOutbox(store, ["cases"], ManualClock(), tells_tables=True)
    events = [case_state("case-1", version=version) for version in (1, 2, 3)]
    await store.collection("cases").insert({"_id": "case-1", FIELD: pending(*events)})
    waiting = await outbox.oldest(10)
    for one in waiting[:2]:
        await outbox.clear(one)
    await outbox.clear(waiting[0])
    assert [row.event_id for row in await outbox.oldest(10)] == [events[2].id]


async def test_one_process_at_a_time_holds_the_lease_until_it_stands_still_for_another(store):
    clock = ManualClock()
    outbox = MongoOutbox(store, [], clock)
    assert await outbox.hold("first", 30)
    assert not await outbox.hold("second", 30)
    assert await outbox.hold("first", 30)
    clock.shift(29)
    assert not await outbox.hold("second", 30), "it was kept since it was seen last"
    clock.shift(31)
    assert await outbox.hold("second", 30)
    assert not await outbox.hold("first", 30)


async def test_a_lease_that_is_given_back_is_anybodys_at_once(store):
    outbox = MongoOutbox(store, [], ManualClock())
    assert await outbox.hold("first", 30)
    assert await outbox.hold("first", 0)
    assert await outbox.hold("second", 30)
    assert not await outbox.hold("first", 30)


@pytest.mark.parametrize("off_hours", [-1, 1])
async def test_a_holder_whose_clock_is_off_keeps_its_lease_and_leaves_it_to_others_when_it_dies(store, off_hours):
    clock, wrong = ManualClock(), ManualClock(START + timedelta(hours=off_hours))
    outbox = MongoOutbox(store, [], clock)
    assert await MongoOutbox(store, [], wrong).hold("first", 10)
    assert not await outbox.hold("second", 10)
    clock.shift(11)
    assert await outbox.hold("second", 10)


async def test_a_lease_of_an_older_release_is_taken_over_too(store):
    await store.collection(LEASES).insert({"_id": LEASE, "holder": "old", "until": START + timedelta(hours=1)})
    clock = ManualClock()
    outbox = MongoOutbox(store, [], clock)
    assert not await outbox.hold("new", 10)
    clock.shift(10)
    assert await outbox.hold("new", 10)


async def test_of_many_that_want_a_lease_one_has_it(store):
    outboxes = {str(number): MongoOutbox(store, [], ManualClock()) for number in range(8)}
    held = await asyncio.gather(*(outbox.hold(name, 10) for name, outbox in outboxes.items()))
    assert sum(held) == 1


async def test_a_database_that_does_not_answer_is_unavailable_within_the_deadline(mongo):
    store = Mongo(mongo.address, "test_deadline", deadline_seconds=1)
    await store.start()
    mongo.pause()
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await store.collection("rows").find_one({"_id": "a"})
        assert time.monotonic() - began < 3
    finally:
        mongo.resume()
        await store.stop()


async def test_a_picture_comes_back_byte_for_byte_and_a_missing_one_is_none(pictures):
    await pictures.ensure_bucket("pictures")
    await pictures.ensure_bucket("pictures")
    await pictures.put("pictures", "aa/bb", b"\xff\xd8 bytes", "image/jpeg")
    await pictures.put("pictures", "aa/bb", b"\xff\xd8 bytes", "image/jpeg")
    assert await pictures.get("pictures", "aa/bb") == b"\xff\xd8 bytes"
    assert await pictures.get("pictures", "aa/none") is None


async def test_a_store_that_does_not_answer_is_unavailable_within_the_deadline(objects, pictures):
    await pictures.ensure_bucket("pictures")
    objects.pause()
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await pictures.put("pictures", "late", b"x", "image/jpeg", deadline_seconds=0.3)
        assert time.monotonic() - began < 1
    finally:
        objects.resume()


async def test_wrong_keys_are_a_configuration_error_that_says_the_fix(objects):
    store = ObjectStore(objects.address, "nobody", "wrong-secret-key")
    with pytest.raises(ConfigurationError, match="RASID_OBJECTS_ACCESS_KEY"):
        await store.ensure_bucket("pictures")
    await store.stop()

import asyncio

import pytest

from rasid.errors import Unavailable
from rasid.storage.changes import INTERVAL_SECONDS, SETTLE_SECONDS, ChangeCounter, ChangeFollower
from rasid.storage.mongo import Duplicate
from rasid.testing.clock import ManualClock
from tests.support.eventually import eventually


class MemoryCollection:
    """As much of a collection as following needs."""

    def __init__(self):
        self.name = "things"
        self.documents = {}
        self.is_away = False
        self.is_raced = False
        self.read = 0

    async def find_one(self, query):
        self._answer()
        return self.documents.get(query["_id"])

    async def find(self, query, *, sort, fields):
        self._answer()
        bounds = query["changed"]
        found = [one for one in self.documents.values() if bounds["$gt"] < one["changed"] < bounds["$lt"]]
        self.read += len(found)
        return sorted(found, key=lambda one: one["changed"])

    async def update(self, query, change, *, upsert):
        self._answer()
        if self.is_raced:
            self.is_raced = False
            self.documents[query["_id"]] = {"_id": query["_id"], "last": 1}
            raise Duplicate("taken")
        document = self.documents.setdefault(query["_id"], {"_id": query["_id"], "last": 0})
        document["last"] += change["$inc"]["last"]
        return dict(document)

    def _answer(self):
        if self.is_away:
            raise Unavailable("the database", "the test took it away")


class MemoryMongo:
    def __init__(self):
        self.counters = MemoryCollection()

    def collection(self, _):
        return self.counters


class Bench:
    def __init__(self):
        self.mongo = MemoryMongo()
        self.counter = ChangeCounter(self.mongo, "things")
        self.things = MemoryCollection()
        self.clock = ManualClock()
        self.known = {}
        self.states = []
        self.follower = ChangeFollower(
            self.counter,
            self.things,
            self.apply,
            clock=self.clock,
            on_state=self.states.append,
        )

    def apply(self, document):
        if self.known.get(document["_id"], 0) < document["changed"]:
            self.known[document["_id"]] = document["changed"]

    def write(self, name, number):
        self.things.documents[name] = {"_id": name, "changed": number}

    async def change(self, name):
        number = await self.counter.take()
        self.write(name, number)
        return number


@pytest.fixture
def bench():
    return Bench()


async def test_numbers_grow_and_may_be_taken_many_at_once(bench):
    assert await bench.counter.last() == 0
    assert [await bench.counter.take(), await bench.counter.take(10), await bench.counter.take()] == [1, 2, 12]
    assert await bench.counter.last() == 12


async def test_two_processes_may_take_the_first_number_at_once(bench):
    bench.mongo.counters.is_raced = True
    assert await bench.counter.take() == 2


async def test_the_first_look_finds_everything_and_later_ones_what_changed(bench):
    await bench.change("a")
    await bench.change("b")
    await bench.follower.look()
    assert bench.known == {"a": 1, "b": 2}
    await bench.change("a")
    await bench.follower.look()
    assert bench.known == {"a": 3, "b": 2}


async def test_a_document_written_after_one_with_a_later_number_is_not_missed(bench):
    early = await bench.counter.take()
    await bench.change("b")
    await bench.follower.look()
    assert bench.known == {"b": 2}
    bench.clock.shift(SETTLE_SECONDS - 1)
    bench.write("a", early)
    await bench.follower.look()
    assert bench.known == {"a": 1, "b": 2}


async def test_what_has_settled_is_not_read_again(bench):
    await bench.change("a")
    await bench.follower.look()
    bench.clock.shift(SETTLE_SECONDS)
    await bench.follower.look()
    bench.things.read = 0
    await bench.follower.look()
    assert bench.things.read == 0
    await bench.change("b")
    await bench.follower.look()
    assert bench.things.read == 1


async def test_steady_changes_settle_too(bench):
    for _ in range(60):
        await bench.change("a")
        await bench.follower.look()
        bench.clock.shift(1)
    bench.things.read = 0
    for name in "bcdefghij":
        bench.write(name, 2)
    await bench.follower.look()
    assert bench.things.read == 1


async def test_it_goes_on_after_an_outage_and_says_so(bench):
    task = asyncio.create_task(bench.follower.run())
    await asyncio.sleep(0)
    bench.things.is_away = True
    await bench.change("a")
    await bench.clock.advance(INTERVAL_SECONDS)
    await eventually(lambda: bench.states)
    assert "the database" in bench.states[-1]
    bench.things.is_away = False
    await bench.clock.advance(INTERVAL_SECONDS)
    await eventually(lambda: bench.states[-1] is None)
    assert bench.known == {"a": 1}
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

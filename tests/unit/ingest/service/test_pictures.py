import asyncio

import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.event_ids import digest
from rasid.runtime.metrics import Metrics
from rasid.testing.clock import ManualClock
from services.ingest.normalize import StoredPicture
from services.ingest.pictures import FAILURES, PAUSE_SECONDS, REMEMBERED_SECONDS, Pictures
from tests.unit.ingest.service.doubles import MemoryObjects


def picture(number):
    body = b"\xff\xd8\xff" + str(number).encode()
    return StoredPicture(digest(body), "image/jpeg", body)


class Bench:
    def __init__(self):
        self.clock = ManualClock()
        self.store = MemoryObjects()
        self.metrics = Metrics(CollectorRegistry())
        self.states = []
        self.pictures = Pictures(
            self.store,
            "pictures",
            clock=self.clock,
            metrics=self.metrics,
            deadline_seconds=0.3,
            on_state=self.states.append,
        )

    def count(self, outcome):
        return self.metrics.registry.get_sample_value("rasid_ingest_pictures_total", {"outcome": outcome}) or 0


@pytest.fixture
def bench():
    return Bench()


async def test_a_picture_is_stored_under_its_digest(bench):
    one, two = picture(1), picture(2)
    assert await bench.pictures.keep([one, two])
    assert bench.store.objects["pictures", one.sha256] == (one.body, "image/jpeg")
    assert bench.count("stored") == 2
    assert bench.states[-1] is None


async def test_a_picture_that_was_stored_lately_is_not_stored_again(bench):
    await bench.pictures.keep([picture(1)])
    assert await bench.pictures.keep([picture(1)])
    assert bench.store.puts == 1
    assert bench.count("known") == 1
    bench.clock.shift(REMEMBERED_SECONDS)
    assert await bench.pictures.keep([picture(1)])
    assert bench.store.puts == 2


async def test_one_picture_that_is_missing_makes_the_set_incomplete(bench):
    await bench.pictures.keep([picture(1)])
    bench.store.is_away = True
    assert not await bench.pictures.keep([picture(1), picture(2)])
    assert "the object store" in bench.states[-1]


async def test_a_store_that_fails_several_times_is_left_alone_for_a_while(bench):
    bench.store.is_away = True
    for number in range(FAILURES + 5):
        assert not await bench.pictures.keep([picture(number)])
    assert bench.store.puts == FAILURES
    assert bench.count("unavailable") == FAILURES + 5
    bench.clock.shift(PAUSE_SECONDS)
    bench.store.is_away = False
    assert await bench.pictures.keep([picture(99)])
    assert await bench.pictures.keep([picture(100)])


async def test_a_failing_probe_closes_the_store_again(bench):
    bench.store.is_away = True
    for number in range(FAILURES):
        await bench.pictures.keep([picture(number)])
    bench.clock.shift(PAUSE_SECONDS)
    await asyncio.gather(*(bench.pictures.keep([picture(number)]) for number in range(10, 12)))
    puts = bench.store.puts
    await bench.pictures.keep([picture(50)])
    assert bench.store.puts == puts

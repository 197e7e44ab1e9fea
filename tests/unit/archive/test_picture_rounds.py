"""Expired pictures are deleted, nothing else is, and it is told when they are not."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.pictures import make_key
from rasid.errors import Unavailable
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.testing.clock import START, ManualClock
from services.archive.eraser.pictures import PictureRounds

PAGE = 4


class MemoryBucket:
    """Keys in order, a few at a time; it takes `slow_seconds` to delete any."""

    def __init__(self, clock):
        self.keys = set()
        self.is_away = False
        self.slow_seconds = 0.0
        self._clock = clock

    async def first(self, prefix, before, *, after=""):
        self._answer()
        return sorted(key for key in self.keys if key.startswith(prefix) and after < key < before)[:PAGE]

    async def remove(self, keys):
        self._clock.shift(self.slow_seconds)
        self._answer()
        self.keys -= set(keys)

    def _answer(self):
        if self.is_away:
            raise Unavailable("the object store", "the test took it away")


class Bench:
    def __init__(self):
        self.clock = ManualClock()
        self.bucket = MemoryBucket(self.clock)
        self.metrics = Metrics(CollectorRegistry())
        self.pulse = Pulse("rounds of pictures", 60, self.clock)
        self.rounds = PictureRounds(self.bucket, clock=self.clock, metrics=self.metrics, pulse=self.pulse)

    def put(self, kind, seconds, name="a"):
        """A picture that expires so many seconds after the beginning."""
        key = make_key(kind, START + timedelta(seconds=seconds), name)
        self.bucket.keys.add(key)
        return key

    @property
    def overdue(self):
        return self.metrics.registry.get_sample_value("rasid_overdue_pictures_seconds")

    def removed(self, kind):
        return self.metrics.registry.get_sample_value("rasid_pictures_removed_total", {"class": kind}) or 0


@pytest.fixture
def bench():
    return Bench()


async def test_what_has_expired_is_deleted_and_nothing_else(bench):
    for number in range(-10, 1):
        bench.put("face", number)
        bench.put("other", number)
    kept = {bench.put("face", 1), bench.put("other", 86_400)}
    foreign = {"face/readme", "face/0000", "ab" * 32, "elsewhere/2020-01-01/0000/00-a"}
    bench.bucket.keys |= foreign
    await bench.rounds.once()
    assert bench.bucket.keys == kept | foreign
    assert (bench.removed("face"), bench.removed("other")) == (11, 11)
    assert bench.overdue == 0


async def test_what_lies_there_undeleted_is_told_by_its_age_and_goes_once_the_store_is_back(bench):
    bench.put("face", -7200)
    bench.bucket.is_away = True
    await bench.rounds.once()
    bench.clock.shift(600)
    await bench.rounds.once()
    assert bench.overdue == 600, "what cannot be seen may have expired since the last round"
    bench.bucket.is_away = False

    async def refuses(_):
        raise Unavailable("the object store", "AccessDenied")

    remove, bench.bucket.remove = bench.bucket.remove, refuses
    await bench.rounds.once()
    assert bench.overdue == 7800
    bench.bucket.remove = remove
    await bench.rounds.once()
    assert (bench.overdue, bench.bucket.keys) == (0, set())


async def test_a_long_round_shows_life_and_how_late_it_is(bench):
    for number in range(3 * PAGE):
        bench.put("other", -number, f"{number}")
    bench.bucket.slow_seconds = 30
    await bench.rounds.once()
    assert bench.pulse.silent_seconds <= 30
    assert bench.bucket.keys == set()


async def test_rounds_follow_one_another_and_rest_between(bench, monkeypatch):
    key = bench.put("face", 30)
    rounds = []

    async def sleep(seconds):
        rounds.append((key in bench.bucket.keys, bench.pulse.silent_seconds))
        bench.clock.shift(seconds)
        if len(rounds) == 2:
            raise InterruptedError

    monkeypatch.setattr(bench.clock, "sleep", sleep)
    with pytest.raises(InterruptedError):
        await bench.rounds.run()
    assert rounds == [(True, 0.0), (False, 0.0)]

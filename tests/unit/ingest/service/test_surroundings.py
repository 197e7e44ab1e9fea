import asyncio

import pytest

from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.health import Readiness
from rasid.testing.clock import ManualClock
from services.ingest.surroundings import RETRY_SECONDS, WATCH_SECONDS, Part, Surroundings
from tests.support.eventually import eventually


class Thing:
    """Something around the service that can be away or wrong."""

    def __init__(self):
        self.is_away = True
        self.is_wrong = False
        self.looks = []

    async def first(self):
        await self._look("first")

    async def again(self):
        await self._look("again")

    async def _look(self, which):
        self.looks.append(which)
        if self.is_wrong:
            raise ConfigurationError("it is wrong", "mend it")
        if self.is_away:
            raise Unavailable("the thing", "no answer")


@pytest.fixture
def thing():
    return Thing()


@pytest.fixture
def clock():
    return ManualClock()


async def watched(thing, clock, needed):
    readiness = Readiness()
    surroundings = Surroundings(
        [Part("thing", thing.first, thing.again, needed=needed)], readiness=readiness, clock=clock
    )
    task = asyncio.create_task(surroundings.run())
    await eventually(lambda: thing.looks)
    return readiness, task


async def looked_again(thing, clock, seconds):
    before = len(thing.looks)
    await clock.advance(seconds)
    await eventually(lambda: len(thing.looks) > before)


async def end(task):
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_service_waits_for_what_it_needs(thing, clock):
    readiness, task = await watched(thing, clock, "always")
    assert "thing" in readiness.waiting
    thing.is_away = False
    await looked_again(thing, clock, RETRY_SECONDS)
    await eventually(lambda: not readiness.waiting)
    thing.is_away = True
    await looked_again(thing, clock, WATCH_SECONDS)
    assert thing.looks[-1] == "again"
    await eventually(lambda: readiness.waiting == {"thing": "the thing is unavailable: no answer"})
    await end(task)


async def test_what_is_needed_only_at_the_start_degrades_later(thing, clock):
    thing.is_away = False
    readiness, task = await watched(thing, clock, "at start")
    thing.is_away = True
    await looked_again(thing, clock, WATCH_SECONDS)
    await eventually(lambda: "thing" in readiness.degraded)
    assert not readiness.waiting
    thing.is_away = False
    await looked_again(thing, clock, WATCH_SECONDS)
    await eventually(lambda: not readiness.degraded)
    await end(task)


async def test_what_is_never_needed_only_degrades(thing, clock):
    readiness, task = await watched(thing, clock, "never")
    assert not readiness.waiting
    assert "thing" in readiness.degraded
    await end(task)


async def test_what_is_there_but_wrong_ends_it(thing, clock):
    thing.is_wrong = True
    surroundings = Surroundings(
        [Part("thing", thing.first, thing.again, needed="never")], readiness=Readiness(), clock=clock
    )
    with pytest.raises(ExceptionGroup) as caught:
        await surroundings.run()
    assert caught.group_contains(ConfigurationError, match="mend it")


async def test_what_turns_wrong_later_does_not_end_it(thing, clock):
    thing.is_away = False
    readiness, task = await watched(thing, clock, "never")
    thing.is_wrong = True
    await looked_again(thing, clock, WATCH_SECONDS)
    await eventually(lambda: readiness.degraded == {"thing": "it is wrong"})
    await end(task)

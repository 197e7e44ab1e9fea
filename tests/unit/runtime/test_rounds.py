"""What is done again and again outlives what is away, and says so once."""

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from rasid.errors import Unavailable
from rasid.runtime.rounds import go_round
from rasid.runtime.watchdog import Pulse
from rasid.testing.clock import ManualClock
from tests.support.eventually import eventually


class Work:
    """Counts how often it was done; each time raises the next of what it is given, where that is not None."""

    def __init__(self, *troubles: Exception | None) -> None:
        self.done = 0
        self.troubles = list(troubles)

    async def __call__(self) -> None:
        """Do it once."""
        self.done += 1
        if self.troubles and (trouble := self.troubles.pop(0)):
            raise trouble


async def rounds(work, clock, count, **options):
    going = asyncio.create_task(go_round(work, every_seconds=5, clock=clock, trouble="it cannot be done", **options))
    for wanted in range(1, count + 1):
        await eventually(lambda wanted=wanted: going.done() or work.done == wanted)
        await clock.advance(5)
    going.cancel()
    with suppress(asyncio.CancelledError):
        await going


async def test_what_is_away_is_told_once_until_it_is_there_again():
    away = Unavailable("Kafka", "no answer")
    for troubles, told in (([away, away], 1), ([away, away, None, away], 2), ([None], 0)):
        with capture_logs() as logs:
            await rounds(Work(*troubles), ManualClock(), len(troubles) + 1)
        assert [one["event"] for one in logs] == ["it cannot be done"] * told


async def test_it_rests_first_when_asked():
    clock, work = ManualClock(), Work()
    going = asyncio.create_task(go_round(work, every_seconds=5, clock=clock, trouble="", rests_first=True))
    await asyncio.wait([going], timeout=0.01)
    assert work.done == 0
    await clock.advance(5)
    await eventually(lambda: work.done == 1)
    going.cancel()


async def test_waiting_for_what_is_away_is_no_sign_of_being_stuck():
    clock = ManualClock()
    pulse = Pulse("rounds", 12, clock)
    away = Unavailable("Kafka", "no answer")
    await rounds(Work(*[away] * 5), clock, 5, pulse=pulse)
    assert not pulse.is_stuck


async def test_a_mistake_ends_it():
    with pytest.raises(ZeroDivisionError):
        await go_round(Work(ZeroDivisionError()), every_seconds=5, clock=ManualClock(), trouble="")

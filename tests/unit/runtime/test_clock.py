"""Time and ids, the real ones and those a test owns."""

import asyncio
import re
from datetime import UTC, timedelta

import pytest

from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.testing.clock import START, ManualClock, SequenceIds


def test_the_time_of_day_is_aware_and_in_utc():
    assert SystemClock().now().tzinfo is UTC


async def test_seconds_pass_while_sleeping():
    clock = SystemClock()
    before, was = clock.monotonic(), clock.now()
    await clock.sleep(0.01)
    assert clock.monotonic() >= before + 0.009
    assert clock.now() > was


async def test_a_manual_clock_stands_still_until_it_is_moved():
    clock = ManualClock()
    assert (clock.now(), clock.monotonic()) == (START, 0.0)
    sleeper = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    await clock.advance(9)
    await asyncio.sleep(0)
    assert not sleeper.done()
    await clock.advance(1)
    await asyncio.wait_for(sleeper, 5)
    assert clock.now() == START + timedelta(seconds=10)


async def test_sleeping_for_no_time_ends_at_once():
    await asyncio.wait_for(ManualClock().sleep(0), 5)


async def test_several_sleepers_wake_each_in_its_time():
    clock, woken = ManualClock(), []

    async def sleep(seconds: int) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    async with asyncio.TaskGroup() as group:
        for seconds in (3, 1, 2):
            group.create_task(sleep(seconds))
        for _ in range(3):
            await asyncio.sleep(0)
            await clock.advance(1)
            await asyncio.sleep(0)
    assert woken == [1, 2, 3]


def test_a_clock_can_be_moved_for_code_that_does_not_sleep():
    clock = ManualClock()
    clock.shift(60)
    assert clock.monotonic() == 60
    assert clock.now() == START + timedelta(minutes=1)


def test_random_ids_are_never_the_same_and_secrets_are_long():
    ids = RandomIds()
    assert len({ids.new() for _ in range(100)}) == 100
    assert re.fullmatch(r"[a-z2-7]{32}", ids.secret())  # 5 bits a letter: 160
    assert ids.secret() != ids.secret()


@pytest.mark.parametrize("ids", [RandomIds(), SequenceIds()], ids=["random", "sequence"])
def test_a_test_gets_ids_of_the_same_shape(ids: RandomIds | SequenceIds):
    assert ids.new() != ids.new()
    assert re.fullmatch(r"[a-z0-9]{32,40}", ids.secret())

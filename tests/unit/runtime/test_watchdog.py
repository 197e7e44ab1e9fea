"""A process that no longer does its work ends, and one that rests on purpose does not."""

import asyncio
import threading

import pytest

from rasid.runtime.watchdog import BEAT_SECONDS, EXIT_STUCK, Pulse, Watchdog, show_life
from rasid.testing.clock import ManualClock

LIMIT = 60


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_part_that_beats_is_alive(clock: ManualClock):
    pulse = Pulse("loop", LIMIT, clock)
    for _ in range(10):
        clock.shift(LIMIT)
        assert not pulse.is_stuck
        pulse.beat()
    assert pulse.silent_seconds == 0


def test_a_part_that_is_silent_for_longer_than_it_may_is_stuck(clock: ManualClock):
    pulse = Pulse("loop", LIMIT, clock)
    clock.shift(LIMIT + 0.1)
    assert pulse.is_stuck
    assert pulse.silent_seconds == pytest.approx(LIMIT + 0.1)
    pulse.beat()
    assert not pulse.is_stuck


def test_a_part_that_rests_on_purpose_is_not_expected_to_beat(clock: ManualClock):
    pulse = Pulse("loop", LIMIT, clock)
    pulse.rest()
    clock.shift(10 * LIMIT)
    assert not pulse.is_stuck
    assert pulse.silent_seconds == 0
    pulse.beat()
    clock.shift(LIMIT + 1)
    assert pulse.is_stuck


def test_a_part_may_say_when_it_last_did_its_work(clock: ManualClock):
    pulse = Pulse("partition", LIMIT, clock)
    clock.shift(100)
    pulse.beat(since=100 - LIMIT - 1)
    assert pulse.is_stuck


def test_the_stuck_parts_are_named(clock: ManualClock):
    dog = Watchdog(clock)
    dog.pulse("quick", 1)
    dog.pulse("slow", LIMIT)
    assert dog.stuck() == []
    clock.shift(2)
    assert dog.stuck() == ["quick"]
    clock.shift(LIMIT)
    assert dog.stuck() == ["quick", "slow"]


@pytest.mark.expects_errors("the process is stuck")
def test_a_stuck_process_is_ended_although_its_event_loop_does_not_turn(clock: ManualClock):
    ended = threading.Event()
    dog = Watchdog(clock, on_stuck=ended.set)
    dog.pulse("loop", LIMIT)
    dog.start()
    clock.shift(LIMIT + 1)
    assert ended.wait(30)  # nothing here gives way to an event loop
    dog.stop()


def test_a_watchdog_that_is_told_to_stop_ends_nothing(clock: ManualClock):
    dog = Watchdog(clock, on_stuck=lambda: pytest.fail("it was told to stop"))
    dog.pulse("loop", LIMIT)
    dog.start()
    dog.stop()
    clock.shift(LIMIT + 1)
    assert not [thread for thread in threading.enumerate() if thread.name == "watchdog"]


def test_a_watchdog_that_never_began_can_be_stopped(clock: ManualClock):
    Watchdog(clock).stop()


async def test_a_loop_that_turns_shows_life(clock: ManualClock):
    pulse = Pulse("loop", LIMIT, clock)
    task = asyncio.create_task(show_life(pulse, clock))
    for _ in range(3):
        await asyncio.sleep(0)
        await clock.advance(BEAT_SECONDS)
        await asyncio.sleep(0)
    assert pulse.silent_seconds <= BEAT_SECONDS
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_supervisor_can_tell_a_stuck_process_from_a_failed_one():
    assert EXIT_STUCK not in (0, 1, 78)

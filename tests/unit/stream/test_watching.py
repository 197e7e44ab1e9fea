"""When a consumer counts as stuck: the loop on the broker in memory, with a clock that the test moves."""

import asyncio
from dataclasses import replace

import pytest

from rasid.errors import Unavailable
from rasid.stream.limit import Limit
from rasid.testing.builders import plate_read
from rasid.testing.clock import ManualClock
from tests.support.buses import MemoryBus, poison
from tests.support.eventually import eventually
from tests.support.members import QUICK as USUAL
from tests.support.members import Member, Seen

QUICK = replace(USUAL, poll_seconds=0.005)


@pytest.fixture
def bus():
    return MemoryBus()


async def pass_time(member, clock, seconds):
    """Let time pass in steps, a few turns of the loop in each."""
    for _ in range(int(seconds / 5)):
        await clock.advance(5)
        turns = Turns(member)
        await eventually(turns.have_been_made)


class Turns:
    """Counts how often the loop has polled."""

    def __init__(self, member):
        self._consumer = member.loop._consumer
        self._first = self._consumer.polls

    def have_been_made(self):
        return self._consumer.polls > self._first + 2


class Quiet:
    """A client that has stopped bringing records, without an error."""

    def __init__(self, real):
        self._real = real
        self.polls = 0
        self.is_quiet = False

    def __getattr__(self, name):
        return getattr(self._real, name)

    async def poll(self, timeout_seconds):
        self.polls += 1
        if self.is_quiet:
            await asyncio.sleep(0.005)
            return {}
        return await self._real.poll(timeout_seconds)


async def go_quiet(member):
    member.loop._consumer.is_quiet = True
    await eventually(Turns(member).have_been_made)


def quiet_member(bus, topic, handler, clock, settings=QUICK):
    consumer = Quiet(bus.consumer(topic, f"group-of-{topic}", settings))
    return Member(bus, topic, handler, consumer=consumer, clock=clock, settings=settings)


async def test_a_client_that_brings_nothing_although_records_wait_is_stuck(bus):
    topic, clock = await bus.topic(), ManualClock()
    member = quiet_member(bus, topic, Seen(), clock)
    async with member:
        await eventually(lambda: member.is_ready)
        await pass_time(member, clock, 120)
        assert not member.pulse.is_stuck  # nothing waits: silence is right
        await go_quiet(member)
        await bus.put(topic, plate_read())
        await pass_time(member, clock, 50)
        assert not member.pulse.is_stuck
        await pass_time(member, clock, 30)
        assert member.pulse.is_stuck
        assert member.metric("rasid_consumer_lag_records", topic=topic) == 1


async def test_a_backlog_from_before_that_never_comes_is_noticed_too(bus):
    topic, clock = await bus.topic(), ManualClock()
    await bus.put(topic, plate_read())
    member = quiet_member(bus, topic, Seen(), clock)
    member.loop._consumer.is_quiet = True
    async with member:
        await eventually(lambda: member.is_ready)
        await pass_time(member, clock, 80)
        assert member.pulse.is_stuck


async def test_a_handler_that_hangs_is_stuck_even_while_the_loop_turns(bus):
    topic, clock = await bus.topic(partitions=2), ManualClock()
    member = quiet_member(bus, topic, hang, clock, replace(QUICK, drain_seconds=0.05))
    async with member:
        await bus.put(topic, plate_read(), partition=0)
        await eventually(lambda: member.is_ready)
        await pass_time(member, clock, 80)
        assert member.pulse.is_stuck


async def hang(_):
    await asyncio.Event().wait()


async def test_a_partition_that_waits_on_purpose_is_not_stuck(bus):
    topic, clock = await bus.topic(), ManualClock()

    async def away(_):
        raise Unavailable("the store", "for hours")

    patient = replace(QUICK, retry=replace(QUICK.retry, base_seconds=200, cap_seconds=200))
    member = quiet_member(bus, topic, away, clock, patient)
    async with member:
        await bus.put(topic, plate_read())
        await eventually(lambda: member.metric("rasid_consumer_pauses_total", topic=topic))
        await pass_time(member, clock, 95)
        assert not member.pulse.is_stuck


@pytest.mark.expects_errors("the dead-letter limit holds a consumer")
async def test_a_held_consumer_is_not_stuck(bus):
    topic, clock = await bus.topic(), ManualClock()
    member = quiet_member(bus, topic, Seen(), clock, replace(QUICK, limit=Limit(in_a_row=2)))
    async with member:
        await bus.put(topic, *poison(topic, 5))
        await eventually(lambda: "held" in str(member.readiness.waiting))
        await pass_time(member, clock, 200)
        assert not member.pulse.is_stuck
        assert member.metric("rasid_consumer_lag_records", topic=topic) == 3


async def test_while_the_broker_is_away_nothing_is_stuck_and_the_count_starts_afresh_after_it(bus):
    topic, clock = await bus.topic(), ManualClock()
    member = quiet_member(bus, topic, Seen(), clock)
    async with member:
        await eventually(lambda: member.is_ready)
        await go_quiet(member)
        await bus.put(topic, plate_read())
        async with bus.away():
            await pass_time(member, clock, 300)
            assert not member.is_ready
            assert not member.pulse.is_stuck
        await pass_time(member, clock, 20)
        assert member.is_ready
        assert not member.pulse.is_stuck
        await pass_time(member, clock, 70)
        assert member.pulse.is_stuck


async def test_a_rebalance_that_never_ends_is_stuck(bus):
    topic, clock = await bus.topic(), ManualClock()
    member = quiet_member(bus, topic, Seen(), clock)
    async with member:
        await eventually(lambda: member.is_ready)
        await go_quiet(member)
        await member.loop.revoked()
        await pass_time(member, clock, 60)
        assert not member.pulse.is_stuck  # a rebalance may take its time
        await pass_time(member, clock, 20)
        assert member.pulse.is_stuck


async def test_a_partition_still_waits_after_a_rebalance_that_leaves_it_here(bus):
    topic, clock = await bus.topic(), ManualClock()
    tries = []

    async def away(batch):
        tries.append(batch[0].event.id)
        raise Unavailable("the store", "for a minute")

    patient = replace(QUICK, retry=replace(QUICK.retry, base_seconds=60, cap_seconds=60))
    member = quiet_member(bus, topic, away, clock, patient)
    async with member:
        await bus.put(topic, plate_read())
        await eventually(lambda: tries)
        async with Member(bus, topic, Seen(), clock=clock) as spare:
            await eventually(lambda: spare.is_ready and member.is_ready)
        await eventually(Turns(member).have_been_made)
        assert len(tries) == 1
        await pass_time(member, clock, 60)
        await eventually(lambda: len(tries) == 2)

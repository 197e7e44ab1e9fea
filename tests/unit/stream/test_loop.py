"""What the loop decides, on the broker in memory: the finer points that need no real one."""

import asyncio
from dataclasses import replace

import pytest

from rasid.errors import InvalidEvent
from rasid.stream.limit import Limit
from rasid.testing.builders import plate_read
from tests.support.buses import MemoryBus, poison
from tests.support.eventually import eventually
from tests.support.members import QUICK, Member, Seen


@pytest.fixture
def bus():
    return MemoryBus()


async def test_good_records_in_between_break_a_run_of_dead_letters(bus):
    """In a row means in the order of the log, also when one poll brings everything."""
    topic = await bus.topic()
    rotten = poison(topic, 12)
    await bus.put(topic, *(each for pair in zip(rotten, reads(12), strict=True) for each in pair))
    seen = Seen()
    member = Member(bus, topic, seen, settings=replace(QUICK, limit=Limit(in_a_row=3)))
    async with member:
        await eventually(lambda: len(seen.ids) == 12)
    assert len(await bus.records(f"{topic}.dlq")) == 12


def reads(count):
    return [plate_read(track=str(number)) for number in range(count)]


async def test_what_lies_before_poison_is_handled_before_it_is_buried(bus):
    topic = await bus.topic()
    before, after = reads(2)
    await bus.put(topic, before, *poison(topic, 1), after)
    story = []

    async def handler(batch):
        story.extend(received.offset for received in batch)
        story.append(len(await bus.records(f"{topic}.dlq")))

    async with Member(bus, topic, handler):
        await eventually(lambda: len(story) == 4)
    assert story == [0, 0, 2, 1]


async def test_a_single_invalid_event_is_handed_over_once(bus):
    topic = await bus.topic()
    await bus.put(topic, plate_read())
    calls = []

    async def handler(batch):
        calls.append(len(batch))
        raise InvalidEvent("nonsense", "never")

    async with Member(bus, topic, handler):
        await eventually(lambda: bus.records(f"{topic}.dlq"))
    assert calls == [1]


async def test_a_handler_that_cancels_itself_is_a_mistake_and_not_done(bus):
    topic = await bus.topic()
    await bus.put(topic, plate_read())

    async def handler(_):
        raise asyncio.CancelledError

    member = Member(bus, topic, handler)
    async with member:
        await eventually(lambda: isinstance(member.error, RuntimeError))
    assert await bus.committed(topic, member.group) == {}


async def test_a_mistake_in_a_slow_handler_is_noticed_although_the_loop_went_on(bus):
    topic = await bus.topic(partitions=2)
    await bus.put(topic, plate_read(), partition=0)

    async def handler(_):
        await asyncio.sleep(0.3)
        raise ZeroDivisionError

    member = Member(bus, topic, handler)
    async with member:
        await eventually(lambda: isinstance(member.error, ZeroDivisionError))


async def test_a_commit_that_is_refused_is_counted_and_the_loop_goes_on(bus):
    topic = await bus.topic()
    consumer = bus.consumer(topic, f"group-of-{topic}", QUICK)
    seen = Seen()
    member = Member(bus, topic, seen, consumer=consumer)
    async with member:
        await eventually(lambda: member.is_ready)
        consumer._group.members.remove(consumer)  # the group has given up on it
        await bus.put(topic, plate_read())
        await eventually(lambda: member.metric("rasid_commits_lost_total") > 0)
        assert member.error is None

"""While a partition is at work, what comes next of it is read once: it is handled in order, and never twice or not."""

import asyncio
from dataclasses import replace

import pytest

from rasid.errors import Unavailable
from rasid.testing.builders import plate_read
from tests.support.buses import MemoryBus
from tests.support.eventually import eventually
from tests.support.members import QUICK, Member


class Gate:
    """A handler that waits at each batch until it is let through, and fails when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.failures: list[Exception] = []

    async def __call__(self, batch) -> None:
        self.batches.append([received.offset for received in batch])
        await self.open.wait()
        if self.failures:
            raise self.failures.pop()


@pytest.fixture
async def bus():
    return MemoryBus()


def reads(first, count):
    return [plate_read(track=str(number)) for number in range(first, first + count)]


async def ahead(member, bus, topic, gate):
    """A partition with one batch at work and two reads read ahead."""
    await bus.put(topic, *reads(0, 2))
    await eventually(lambda: gate.batches == [[0, 1]])
    await bus.put(topic, *reads(2, 2))
    await eventually(lambda: member.loop._ahead)


async def test_it_is_handled_next_and_in_order(bus):
    topic, gate = await bus.topic(), Gate()
    async with Member(bus, topic, gate) as member:
        await ahead(member, bus, topic, gate)
        await bus.put(topic, *reads(4, 3))
        gate.open.set()
        await eventually(lambda: sum(map(len, gate.batches)) == 7)
    assert [offset for batch in gate.batches for offset in batch] == list(range(7))
    assert await bus.committed(topic, member.group) == {0: 7}


async def test_it_fills_up_what_is_less_than_a_batch(bus):
    topic, gate = await bus.topic(), Gate()
    async with Member(bus, topic, gate, settings=replace(QUICK, batch_records=3)) as member:
        await bus.put(topic, *reads(0, 4))
        await eventually(lambda: gate.batches == [[0, 1, 2]])
        await bus.put(topic, *reads(4, 2))
        await eventually(lambda: member.loop._ahead)
        gate.open.set()
        await eventually(lambda: gate.batches == [[0, 1, 2], [3, 4, 5]])
        await eventually(lambda: member.loop._running.partitions == frozenset())
    assert await bus.committed(topic, member.group) == {0: 6}


async def test_less_than_a_batch_ahead_pauses_nothing(bus):
    """A resumed partition waits until the broker has answered for the others: up to half a second for a single read."""
    topic, gate = await bus.topic(), Gate()
    async with Member(bus, topic, gate) as member:
        await ahead(member, bus, topic, gate)
        await bus.put(topic, *reads(4, 3))
        await eventually(lambda: [record.offset for record in member.loop._ahead[0]] == [2, 3, 4, 5, 6])
        assert member.loop._paused == frozenset()
        gate.open.set()
        await eventually(lambda: sum(map(len, gate.batches)) == 7)


async def test_it_is_read_again_after_what_lies_before_it_when_that_failed(bus):
    topic, gate = await bus.topic(), Gate()
    gate.failures.append(Unavailable("the store", "the test took it away"))
    async with Member(bus, topic, gate) as member:
        await ahead(member, bus, topic, gate)
        gate.open.set()
        await eventually(lambda: sum(map(len, gate.batches)) == 6)
    assert [offset for batch in gate.batches for offset in batch] == [0, 1, 0, 1, 2, 3]
    assert await bus.committed(topic, member.group) == {0: 4}


async def test_it_is_left_to_who_gets_the_partition(bus):
    topic, gate = await bus.topic(), Gate()
    async with Member(bus, topic, gate) as member:
        await ahead(member, bus, topic, gate)
        leaving = asyncio.create_task(member.stop())
        await eventually(lambda: member.loop._leaving)
        gate.open.set()
        await leaving
    assert await bus.committed(topic, member.group) == {0: 2}
    later = Gate()
    later.open.set()
    async with Member(bus, topic, later):
        await eventually(lambda: later.batches == [[2, 3]])

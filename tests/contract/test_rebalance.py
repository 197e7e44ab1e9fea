"""Members come and go: nothing is lost, nothing is worked on by two, and what was paused stays paused."""

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import replace

from rasid.errors import InvalidEvent, Unavailable
from rasid.testing.builders import plate_read
from tests.support.eventually import eventually
from tests.support.members import QUICK, Member, Seen

PARTITIONS = 4
EVENTS = 1200


async def test_members_joining_and_leaving_keep_the_ledger(bus):
    """Every event is handled or a dead letter, in order per partition, whoever had the partition at that moment."""
    topic = await bus.topic(PARTITIONS)
    sent = {
        partition: [plate_read(f"13A{n:05}", track=str(n), camera_id=f"cam-{partition}") for n in range(EVENTS // 4)]
        for partition in range(PARTITIONS)
    }
    poison = {events[n].id for events in sent.values() for n in (40, 150)}
    chance = random.Random(7)
    handled = defaultdict(list)

    async def handler(batch):
        await asyncio.sleep(0.002)
        if chance.random() < 0.05:
            raise Unavailable("the store", "by chance")
        if any(received.event.id in poison for received in batch):
            raise InvalidEvent("nonsense", "poison")
        handled[batch[0].partition] += [received.event.id for received in batch]

    settings = replace(QUICK, batch_records=5, retry=replace(QUICK.retry, base_seconds=0.01, cap_seconds=0.05))
    staying = Member(bus, topic, handler, settings=settings)
    async with staying:
        for partition, events in sent.items():
            await bus.put(topic, *events[:50], partition=partition)
        for visit in range(5):
            async with Member(bus, topic, handler, settings=settings) as visitor:
                for partition, events in sent.items():
                    await bus.put(topic, *events[50 * (visit + 1) : 50 * (visit + 2)], partition=partition)
                await eventually(lambda visitor=visitor: visitor.is_ready, 20)
                await asyncio.sleep(chance.random() / 10)
        await eventually(lambda: sum(len(set(ids)) for ids in handled.values()) == EVENTS - len(poison), 60)
    assert staying.error is None
    for partition, events in sent.items():
        good = [event.id for event in events if event.id not in poison]
        assert set(handled[partition]) == set(good)
        assert first_times(handled[partition]) == good
    letters = Counter(dict(letter.headers)["ce_id"].decode() for letter in await bus.records(f"{topic}.dlq"))
    assert set(letters) == poison
    assert await bus.committed(topic, staying.group) == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)


def first_times(ids):
    return list(dict.fromkeys(ids))


async def test_a_handler_that_outlasts_the_budget_is_cancelled_before_the_new_owner_begins(bus):
    topic = await bus.topic(partitions=2)
    story = []

    async def stuck(batch):
        story.append(("old begins", batch[0].partition))
        try:
            await asyncio.Event().wait()
        finally:
            story.append(("old ends", batch[0].partition))

    async def other(batch):
        story.append(("new begins", batch[0].partition))

    settings = replace(QUICK, drain_seconds=0.2)
    for partition in (0, 1):
        await bus.put(topic, plate_read(camera_id=f"cam-{partition}"), partition=partition)
    first = Member(bus, topic, stuck, settings=settings)
    async with first:
        await eventually(lambda: len(story) == 2)
        async with Member(bus, topic, other, settings=settings):
            await eventually(lambda: any(what == "new begins" for what, _ in story), 30)
            ended = {partition for what, partition in story[: story.index(next_new(story))] if what == "old ends"}
            assert ended == {0, 1}
    assert first.error is None


def next_new(story):
    return next(entry for entry in story if entry[0] == "new begins")


async def test_a_partition_that_waits_still_waits_after_a_rebalance_and_loses_nothing(bus):
    topic = await bus.topic(partitions=2)
    sent = {partition: plate_read(camera_id=f"cam-{partition}") for partition in (0, 1)}
    tries = Counter()
    store_is_away = True

    async def handler(batch):
        tries[batch[0].partition] += 1
        if store_is_away:
            raise Unavailable("the store", "the test took it away")
        done.extend(received.event.id for received in batch)

    done = []
    patient = replace(QUICK, retry=replace(QUICK.retry, base_seconds=2.0, cap_seconds=2.0))
    staying = Member(bus, topic, handler, settings=patient)
    async with staying:
        for partition, event in sent.items():
            await bus.put(topic, event, partition=partition)
        await eventually(lambda: tries == {0: 1, 1: 1})
        async with Member(bus, topic, handler, settings=patient) as visitor:
            await eventually(lambda: visitor.is_ready and staying.is_ready, 20)
        store_is_away = False
        await eventually(lambda: sorted(done) == sorted(event.id for event in sent.values()), 20)


async def test_a_member_without_a_partition_is_ready_and_takes_over(bus):
    topic = await bus.topic()
    seen = Seen()
    first = await Member(bus, topic, Seen()).start()
    async with Member(bus, topic, seen) as spare:
        await eventually(lambda: first.is_ready and spare.is_ready, 20)
        await first.stop()
        event = plate_read()
        await bus.put(topic, event)
        await eventually(lambda: seen.ids == [event.id], 20)


async def test_a_mistake_while_leaving_a_partition_ends_the_process_too(bus):
    """The client swallows what a rebalance listener raises; the loop must not go on as if nothing had happened."""
    topic = await bus.topic(partitions=2)
    await bus.put(topic, plate_read(), partition=0)
    entered = asyncio.Event()

    async def deaf(batch):
        entered.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    release = asyncio.Event()
    member = Member(bus, topic, deaf, settings=replace(QUICK, drain_seconds=0.1))
    async with member:
        await entered.wait()
        try:
            async with Member(bus, topic, Seen()):
                await eventually(lambda: isinstance(member.error, RuntimeError), 30)
        finally:
            release.set()
    assert "although they were cancelled" in str(member.error)

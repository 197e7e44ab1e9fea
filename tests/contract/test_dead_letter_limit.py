"""When too much becomes a dead letter, the consumer is held before it drops anything, until somebody says go on."""

from dataclasses import replace

import pytest

from rasid.stream.hold import resume
from rasid.stream.limit import Limit
from rasid.testing.builders import plate_read
from tests.support.buses import poison
from tests.support.eventually import eventually
from tests.support.members import QUICK, Member, Seen

LIMITED = replace(QUICK, limit=Limit(in_a_row=5))

pytestmark = pytest.mark.expects_errors("the dead-letter limit holds a consumer")


async def test_the_limit_holds_the_consumer_with_the_offset_unmoved_until_it_is_resumed(bus):
    topic = await bus.topic()
    good = plate_read()
    await bus.put(topic, *poison(topic, 8), good)
    seen = Seen()
    member = Member(bus, topic, seen, settings=LIMITED)
    async with member:
        why = await eventually(lambda: is_held(member))
        assert f"rasid dead-letters resume {topic} {member.group}" in why
        assert len(await bus.records(f"{topic}.dlq")) == 5
        await eventually(lambda: has_committed(bus, topic, member.group, {0: 5}))
        assert member.metric("rasid_consumer_stopped", topic=topic) == 1
        await bus.put(topic, plate_read(track="2"))  # held means held: nothing behind the poison is touched
        await resume(bus.publisher, topic, "another-group")
        assert seen.ids == []
        await resume(bus.publisher, topic, member.group)
        await eventually(lambda: len(seen.ids) == 2)
        await eventually(lambda: member.is_ready)
        assert member.metric("rasid_consumer_stopped", topic=topic) == 0
    letters = [record for record in await bus.records(f"{topic}.dlq") if record.value == b"nonsense"]
    assert len(letters) == 8
    assert await bus.committed(topic, member.group) == {0: 10}


async def has_committed(bus, topic, group, offsets):
    return await bus.committed(topic, group) == offsets


def is_held(member):
    return next((why for why in member.readiness.waiting.values() if "resume" in why), None)


async def test_a_resume_given_before_the_hold_does_not_count(bus):
    topic = await bus.topic()
    await resume(bus.publisher, topic, f"group-of-{topic}")
    await bus.put(topic, *poison(topic, 8))
    member = Member(bus, topic, Seen(), settings=LIMITED)
    async with member:
        await eventually(lambda: is_held(member))
    assert await bus.committed(topic, member.group) == {0: 5}


async def test_a_held_consumer_holds_every_partition_and_stays_so_through_a_rebalance(bus):
    topic = await bus.topic(partitions=2)
    await bus.put(topic, *poison(topic, 8), partition=0)
    seen = Seen()
    member = Member(bus, topic, seen, settings=LIMITED)
    async with member:
        await eventually(lambda: is_held(member))
        async with Member(bus, topic, Seen(), settings=LIMITED) as visitor:
            await eventually(lambda: has_joined(visitor) and has_joined(member), 20)
        await eventually(lambda: has_joined(member), 20)
        for partition in (0, 1):
            await bus.put(topic, plate_read(), partition=partition)
        before = len(await bus.records(f"{topic}.dlq"))
        assert is_held(member)
        assert len(await bus.records(f"{topic}.dlq")) == before
        assert seen.ids == []
        await resume(bus.publisher, topic, member.group)
        await eventually(lambda: len(seen.ids) == 2, 20)


def has_joined(member):
    return not any("joining" in why for why in member.readiness.waiting.values())


async def test_one_broken_camera_alone_does_not_hold_the_city(bus):
    topic = await bus.topic()
    good = plate_read(camera_id="cam-9")
    await bus.put(topic, *poison(topic, 12, cameras=1), good)
    seen = Seen()
    member = Member(bus, topic, seen, settings=LIMITED)
    async with member:
        await eventually(lambda: seen.ids == [good.id])
    assert len(await bus.records(f"{topic}.dlq")) == 12


async def test_the_limit_counts_all_partitions_together_and_exactly(bus):
    topic = await bus.topic(partitions=4)
    for partition in range(4):
        await bus.put(topic, *poison(topic, 5), partition=partition)
    member = Member(bus, topic, Seen(), settings=LIMITED)
    async with member:
        await eventually(lambda: is_held(member))
        assert len(await bus.records(f"{topic}.dlq")) == 5
    assert sum((await bus.committed(topic, member.group)).values()) == 5

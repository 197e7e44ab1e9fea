"""What only the real client can get into: a broker that dies or freezes, a loop that stalls, a start cut short."""

import asyncio
import time
from collections import Counter
from dataclasses import replace

from msgspec import structs

from rasid.contract.codec import encode
from rasid.errors import Unavailable
from rasid.testing.builders import plate_read
from tests.support.buses import fresh
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.members import QUICK, Member, Seen


def read(number):
    return plate_read(track=str(number), camera_id=f"cam-{number % 20}")


async def test_a_broker_killed_under_load_loses_nothing_that_was_acknowledged(kafka_bus):
    engine = killable(kafka_bus.engine)
    topic = await kafka_bus.topic(partitions=3)
    seen, acknowledged, stop = Seen(), set(), asyncio.Event()

    async def publish():
        number = 0
        while not stop.is_set():
            number += 1
            event = read(number)
            try:
                await kafka_bus.publisher.publish_message(structs.replace(encode(event), topic=topic))
                acknowledged.add(event.id)
            except Unavailable:
                await asyncio.sleep(0.05)

    async with Member(kafka_bus, topic, seen) as member:
        publishing = asyncio.create_task(publish())
        await eventually(lambda: len(acknowledged) > 100, 30)
        await engine.kill()
        await eventually(lambda: not member.is_ready, 20)
        await engine.start()
        await eventually(lambda: member.is_ready, 30)
        stop.set()
        await publishing
        await eventually(lambda: acknowledged <= set(seen.ids), 30)
        assert member.error is None


async def test_a_member_stops_in_time_while_the_broker_is_frozen(kafka_bus):
    topic = await kafka_bus.topic()
    await kafka_bus.put(topic, read(1))
    seen = Seen()
    settings = replace(QUICK, broker_seconds=1.0, commit_seconds=60.0)
    member = await Member(kafka_bus, topic, seen, settings=settings).start()
    await eventually(lambda: seen.ids)
    async with kafka_bus.away():
        began = time.monotonic()
        await member.stop()
        assert time.monotonic() - began < 5
    assert member.error is None


async def test_an_event_loop_that_stalls_longer_than_its_session_loses_its_place_and_comes_back(kafka_bus):
    topic = await kafka_bus.topic()
    sent = [read(number) for number in range(20)]
    seen = Counter()

    async def handler(batch):
        if not seen:
            time.sleep(8)  # noqa: ASYNC251 - a mistake that happens
        seen.update(received.event.id for received in batch)

    async with Member(kafka_bus, topic, handler, settings=replace(QUICK, batch_records=5)) as member:
        await kafka_bus.put(topic, *sent)
        await eventually(lambda: len(seen) == len(sent), 30)
        await eventually(lambda: member.is_ready, 30)
        later = read(99)
        await kafka_bus.put(topic, later)
        await eventually(lambda: seen[later.id], 30)
        assert member.error is None


async def test_starts_that_are_cut_short_leave_nothing_behind(kafka_bus):
    """Warnings are errors here: a connection that nobody closes would be one."""
    topic = await kafka_bus.topic()
    for number in range(40):
        member = await Member(kafka_bus, topic, Seen(), group=fresh("group")).start()
        await asyncio.sleep(number / 1000)
        await member.stop()
        assert member.error is None

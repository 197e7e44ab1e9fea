"""The relay: what waits in documents is published in order and cleared, by one process at a time."""

import asyncio
from contextlib import asynccontextmanager

from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from rasid.contract.codec import decode, encode
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.stream.outbox import OutboxRelay
from rasid.testing.builders import case_state
from rasid.testing.outbox import MemoryOutbox
from tests.support.eventually import eventually


class OnTopic:
    """Publishes every event on one topic of the test's own."""

    def __init__(self, bus, topic):
        self._bus = bus
        self._topic = topic

    async def publish(self, event, *, deadline_seconds=None):
        await self._bus.publisher.publish_message(
            replace(encode(event), topic=self._topic), deadline_seconds=deadline_seconds
        )


@asynccontextmanager
async def relaying(store, publisher, holder="one"):
    relay = OutboxRelay(
        store,
        publisher,
        holder=holder,
        clock=SystemClock(),
        metrics=Metrics(CollectorRegistry()),
        poll_seconds=0.1,
    )
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def events(bus, topic):
    return [decode(record.headers, record.value) for record in await bus.records(topic)]


async def test_what_waits_is_published_in_order_and_cleared(bus):
    topic = await bus.topic()
    store = MemoryOutbox(SystemClock())
    sent = [case_state("case-1", version=version) for version in range(1, 11)]
    for event in sent:
        store.add("case-1", event)
    async with relaying(store, OnTopic(bus, topic)) as relay:
        relay.wake()
        await eventually(store.is_empty)
    assert await events(bus, topic) == sent


async def test_over_an_outage_everything_is_published_at_least_once_and_in_order(bus):
    topic = await bus.topic()
    store = MemoryOutbox(SystemClock())
    sent = [case_state("case-1", version=version) for version in range(1, 6)]
    async with relaying(store, OnTopic(bus, topic)) as relay:
        async with bus.away():
            for event in sent:
                store.add("case-1", event)
            relay.wake()
            await asyncio.sleep(0.3)
            assert not store.is_empty()
        await eventually(store.is_empty, 30)
    assert list(dict.fromkeys(event.id for event in await events(bus, topic))) == [event.id for event in sent]


async def test_one_process_at_a_time_holds_the_lease_and_gives_it_back(bus):
    topic = await bus.topic()
    store = MemoryOutbox(SystemClock())
    async with relaying(store, OnTopic(bus, topic), "one"):
        store.add("case-1", case_state("case-1"))
        await eventually(store.is_empty)
        async with relaying(store, OnTopic(bus, topic), "two"):
            assert not await store.hold("three", 30)
            store.add("case-2", case_state("case-2"))
            await eventually(store.is_empty)
    assert await store.hold("three", 30)
    assert len(await events(bus, topic)) == 2

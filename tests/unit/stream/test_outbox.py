"""The relay's lease, when its holder is cut off."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from rasid.errors import Unavailable
from rasid.runtime.metrics import Metrics
from rasid.stream.outbox import OutboxRelay
from rasid.testing.builders import case_state
from rasid.testing.clock import ManualClock
from rasid.testing.outbox import MemoryOutbox
from rasid.testing.publishing import RecordingPublisher
from tests.support.eventually import eventually


async def test_a_holder_that_cannot_publish_gives_the_lease_back_so_that_another_can():
    clock = ManualClock()
    store = MemoryOutbox(clock)
    metrics = Metrics(CollectorRegistry())
    cut_off, connected = RecordingPublisher(), RecordingPublisher()
    cut_off.is_away = True
    first = OutboxRelay(store, cut_off, holder="first", clock=clock, metrics=metrics, poll_seconds=3600)
    second = OutboxRelay(store, connected, holder="second", clock=clock, metrics=metrics)
    store.add("case-1", case_state("case-1"))
    with pytest.raises(Unavailable):
        await first.publish_waiting()
    await second.publish_waiting()
    assert not connected.events, "the first one holds the lease"
    running = asyncio.create_task(first.run())

    async def takes_over() -> bool:
        await second.publish_waiting()
        return bool(connected.events)

    await eventually(takes_over)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert store.is_empty()

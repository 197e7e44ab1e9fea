"""Wherever the relay is cut, each waiting event is published at least once, in order, and in the end cleared."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from rasid.errors import Unavailable
from rasid.runtime.metrics import Metrics
from rasid.stream.outbox import OutboxRelay
from rasid.testing.builders import case_state
from rasid.testing.clock import ManualClock
from rasid.testing.outbox import MemoryOutbox
from rasid.testing.publishing import RecordingPublisher


class Crash(BaseException):
    """The process is gone."""


class Cut:
    """Passes calls on; before or after the ones that are drawn, the process dies or the thing is away."""

    def __init__(self, real, faults):
        self._real = real
        self._faults = faults

    def __getattr__(self, name):
        async def call(*arguments, **options):
            fault = next(self._faults, None)
            if fault == "before":
                raise Crash
            if fault == "away":
                raise Unavailable("something", "the test took it away")
            result = await getattr(self._real, name)(*arguments, **options)
            if fault == "after":
                raise Crash
            return result

        return call


FAULTS = st.lists(st.sampled_from([None, None, "before", "after", "away"]), max_size=60)
DOCUMENTS = st.dictionaries(st.sampled_from(["case-1", "case-2", "case-3"]), st.integers(1, 4), min_size=1)


@given(DOCUMENTS, FAULTS, st.integers(1, 5))
def test_wherever_it_is_cut_each_event_is_published_in_order_and_cleared(documents, faults, limit):
    asyncio.run(relay_until_empty(documents, iter(faults), limit))


async def relay_until_empty(documents, faults, limit):
    clock = ManualClock()
    store, publisher = MemoryOutbox(clock), RecordingPublisher()
    sent = {
        name: [case_state(name, version=number + 1) for number in range(count)] for name, count in documents.items()
    }
    for name, events in sent.items():
        for event in events:
            store.add(name, event)
    process = 0
    relay = None
    while not store.is_empty():
        if relay is None:
            process += 1
            clock.shift(31)  # the lease of the process that died has to run out
            relay = OutboxRelay(
                Cut(store, faults),
                Cut(publisher, faults),
                holder=f"process-{process}",
                clock=clock,
                metrics=Metrics(CollectorRegistry()),
                limit=limit,
            )
        try:
            await relay.publish_waiting()
        except Crash:
            relay = None
        except Unavailable:
            pass
    for name, events in sent.items():
        published = [event.id for event in publisher.events if event.data.case_id == name]
        assert list(dict.fromkeys(published)) == [event.id for event in events]
        assert published == sorted(published, key=published.index)

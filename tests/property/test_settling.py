"""It rings exactly as often as it would have had every read come once, in the order of time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.contract.detections import PlateReadV1
from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from rasid.testing.clock import START
from rasid.testing.publishing import RecordingPublisher
from services.alerts.settlement import Settlement
from services.alerts.settling import windows
from tests.support.alert_store import MemoryStore
from tests.unit.alerts.making import matched, read, settlement

WINDOW = 120

times = st.lists(st.integers(0, 900), min_size=1, max_size=12)


@st.composite
def delivered(draw: st.DrawFn, seconds: st.SearchStrategy[list[int]] = times) -> list[Event[PlateReadV1]]:
    """Sightings at these seconds, each with up to three revisions, every read up to twice, in any order."""
    reads = [
        read(seen=second, track=str(number), camera_id=f"cam-{number % 3}", revision=revision)
        for number, second in enumerate(draw(seconds))
        for revision in range(draw(st.integers(1, 3)))
    ]
    again = draw(st.lists(st.sampled_from(reads), max_size=6))
    return draw(st.permutations([*reads, *again]))


async def settle_all(store: MemoryStore, publisher: RecordingPublisher, lanes: Sequence[list[Event]]) -> None:
    """Each lane is a process that works through its reads; a read that cannot be settled yet is tried again."""

    async def work(settler: Settlement, lane: list[Event]) -> None:
        for event in lane:
            while True:
                try:
                    await settler.settle(matched(event))
                    break
                except Unavailable:
                    await asyncio.sleep(0)

    await asyncio.gather(*(work(settlement(store, publisher), lane) for lane in lanes))


def in_order(events: Sequence[Event[PlateReadV1]]) -> int:
    """How many alerts the plain rule makes of reads that come once, in order: one per window from a first read."""
    count, end = 0, START - timedelta(days=1)
    for seen in sorted({(event.data.captured_at, event.data.sighting_id) for event in events}):
        moment = matched(next(e for e in events if e.data.captured_at == seen[0])).timing.seen_at
        if moment > end:
            count, end = count + 1, moment + timedelta(seconds=WINDOW)
    return count


def sightings(events: Sequence[Event[PlateReadV1]]) -> int:
    return len({event.data.sighting_id for event in events})


@given(delivered(), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_it_rings_as_often_as_in_the_order_of_time(events, processes):
    store, publisher = MemoryStore(), RecordingPublisher()
    asyncio.run(settle_all(store, publisher, [events[start::processes] for start in range(processes)]))

    rang = {event.id for event in publisher.of("alert.raised")}
    assert len(rang) == len(store.stored) == in_order(events)
    assert sum(alert.count for alert in store.stored.values()) == sightings(events)


@st.composite
def passages(draw: st.DrawFn) -> list[int]:
    """Sightings of up to three passages, each shorter than the window and further apart than it."""
    starts = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))
    return [
        1000 * start + offset
        for start in starts
        for offset in draw(st.lists(st.integers(0, WINDOW), min_size=1, max_size=5))
    ]


@given(delivered(passages()), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_every_passage_is_one_alert_with_all_its_sightings_in_any_order(events, processes):
    store, publisher = MemoryStore(), RecordingPublisher()
    asyncio.run(settle_all(store, publisher, [events[start::processes] for start in range(processes)]))

    passage_of = {event.data.sighting_id: matched(event).timing.seen_at for event in events}
    expected = Counter(int((seen - START).total_seconds()) // 1000 for seen in passage_of.values())
    counted = {int((alert.captured_at - START).total_seconds()) // 1000: alert.count for alert in store.stored.values()}
    assert counted == dict(expected)
    assert len({event.id for event in publisher.of("alert.raised")}) == len(expected)


class Crashing:
    """Stands before a store or a publisher and fails before or after some steps, as a killed process does."""

    def __init__(self, real: object, fates: Iterator[str]) -> None:
        self._real = real
        self._fates = fates

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def step(*arguments: object) -> object:
            fate = next(self._fates, "done")
            if fate == "before":
                raise Unavailable("the process", "killed before the step")
            result = await getattr(self._real, name)(*arguments)
            if fate == "after":
                raise Unavailable("the process", "killed after the step")
            return result

        return step


fates = st.lists(st.sampled_from(["done", "done", "before", "after"]), max_size=60)


@given(delivered(), st.integers(1, 3), fates)
@settings(max_examples=200, deadline=None)
def test_a_crash_between_any_two_steps_changes_nothing(events, processes, fate):
    store, publisher = MemoryStore(), RecordingPublisher()
    fate_of_steps = iter(fate)
    lanes = [events[start::processes] for start in range(processes)]
    asyncio.run(settle_all(Crashing(store, fate_of_steps), Crashing(publisher, fate_of_steps), lanes))

    raised = {event.data.alert_id for event in publisher.of("alert.raised")}
    assert raised == set(store.stored)
    assert len({event.id for event in publisher.of("alert.raised")}) == len(store.stored) == in_order(events)
    assert sum(alert.count for alert in store.stored.values()) == sightings(events)
    # Every sighting that joined an alert was published, and the last word about an alert is what is stored.
    last_word = {event.data.alert_id: event.data.count for event in publisher.of("alert.updated")}
    updates = {event.id for event in publisher.of("alert.updated")}
    assert len(updates) == sightings(events) - len(store.stored)
    assert all(max(_counts(publisher, alert_id)) == store.stored[alert_id].count for alert_id in last_word)


def _counts(publisher: RecordingPublisher, alert_id: str) -> list[int]:
    return [event.data.count for event in publisher.of("alert.updated") if event.data.alert_id == alert_id]


@given(times, st.integers(0, 900))
def test_another_time_needs_the_same_number_of_windows_or_one_more(seconds, another):
    moments = [START + timedelta(seconds=second) for second in seconds]
    before, after = windows(moments, WINDOW), windows([*moments, START + timedelta(seconds=another)], WINDOW)
    assert after - before in (0, 1)

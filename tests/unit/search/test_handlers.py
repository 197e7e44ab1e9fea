"""From the bus into the stores."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from rasid.contract.devices import DeviceHealthV1, Health
from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.metrics import Metrics
from rasid.stream.received import Received
from rasid.testing.clock import START, ManualClock
from services.search.camera_day import CameraDay, heard
from services.search.handlers import Reads, Reports
from tests.support.passage_store import MemoryPassageStore
from tests.unit.search.making import PLATE, RETENTION, read, vehicle


class Learning:
    """What the plate and camera stores are told."""

    def __init__(self) -> None:
        self.plates: dict[str, object] = {}
        self.days: list[CameraDay] = []

    async def learn(self, plates, now):
        self.plates |= dict(plates)

    async def heard(self, days):
        self.days += days


class Bench:
    def __init__(self) -> None:
        self.store, self.learnt, self.clock = MemoryPassageStore(), Learning(), ManualClock()
        self.metrics = Metrics(CollectorRegistry())
        self.reads = Reads(
            self.store, self.learnt, self.learnt, retention=RETENTION, clock=self.clock, metrics=self.metrics
        )
        self.reports = Reports(self.learnt, retention=RETENTION, clock=self.clock)

    def counted(self, outcome: str) -> float:
        value = self.metrics.registry.get_sample_value("rasid_search_passages_total", {"outcome": outcome})
        return value or 0.0


def batch(*events):
    return [Received(event, "topic", 0, offset, START) for offset, event in enumerate(events)]


@pytest.fixture
def bench():
    return Bench()


async def test_reads_become_passages_and_are_known_when_they_come_again(bench):
    events = [read(seen=0), read(seen=1, revision=1), vehicle(seen=2, track="2")]
    await bench.reads(batch(*events))
    await bench.reads(batch(*events))
    assert sorted(len(passage.detection_ids) for passage in bench.store.passages.values()) == [1, 2]
    assert bench.learnt.plates == {PLATE: START + timedelta(seconds=0.3) + RETENTION} | {
        PLATE: bench.learnt.plates[PLATE]
    }
    assert heard("cam-1", START) in bench.learnt.days
    assert (bench.counted("new"), bench.counted("known"), bench.counted("grown")) == (2, 2, 0)
    await bench.reads(batch(read(seen=3, revision=2)))
    assert bench.counted("grown") == 1


async def test_what_comes_after_its_retention_is_counted_and_not_kept(bench):
    bench.clock.shift(RETENTION.total_seconds() + 0.3)
    await bench.reads(batch(read(seen=0)))
    assert (bench.store.passages, bench.learnt.plates, bench.counted("expired")) == ({}, {}, 1)


async def test_a_store_that_is_away_leaves_the_batch_undone(bench):
    bench.store.is_away = True
    with pytest.raises(Unavailable):
        await bench.reads(batch(read()))


async def test_reports_are_signs_of_life(bench):
    data = DeviceHealthV1(
        camera_id="cam-1",
        site_id=None,
        captured_at=utc_text(START),
        received_at=utc_text(START),
        health=Health(component="heartbeat", state="ok"),
    )
    await bench.reports(batch(new_event("1", "/ingest", START, data)))
    assert bench.learnt.days == [heard("cam-1", START)]
    bench.clock.shift(RETENTION.total_seconds())
    await bench.reports(batch(new_event("2", "/ingest", START, data)))
    assert len(bench.learnt.days) == 1


@pytest.mark.parametrize("captured_at", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
async def test_a_camera_that_lies_about_time_is_kept_by_when_its_read_came(bench, captured_at):
    event = read()
    await bench.reads(batch(replace(event, data=replace(event.data, captured_at=captured_at))))
    (passage,) = bench.store.passages.values()
    assert passage.expires_at == passage.received_at + RETENTION
    assert utc_text(passage.captured_at) == captured_at


async def test_a_receipt_at_the_end_of_the_calendar_is_a_dead_letter_and_no_crash(bench):
    event = read()
    with pytest.raises(InvalidEvent):
        await bench.reads(batch(replace(event, data=replace(event.data, received_at="9999-12-31T00:00:00.000Z"))))
    assert bench.learnt.days == []

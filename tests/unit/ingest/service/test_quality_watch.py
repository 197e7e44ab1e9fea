"""The watch of how cameras read: told once, after the day is over, whoever judges."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from rasid.errors import Unavailable
from rasid.runtime.metrics import Metrics
from rasid.testing.clock import ManualClock
from services.ingest.devices import Device, Devices
from services.ingest.payload.reading import CameraContext
from services.ingest.watch.quality import Day, Record, Tallies
from services.ingest.watch.quality_watch import GRACE, QualityWatch
from tests.unit.ingest.service.doubles import RecordingBus

GOOD = Day(dict.fromkeys(range(24), 20), 10, 480, 432.0)
BAD = Day(dict.fromkeys(range(24), 20), 10, 480, 240.0)


class MemoryQuality:
    """What processes share."""

    def __init__(self):
        self.records = {}
        self.reads = 0
        self.is_away = False

    async def add(self, days):
        if self.is_away:
            raise Unavailable("the database", "the test took it away")
        for (name, day), more in days.items():
            known = self.records.get(name, Record())
            days = {**known.days, day: known.days.get(day, Day()).plus(more)}
            self.records[name] = Record(days, known.worse, known.told, known.judged)

    async def all(self):
        self.reads += 1
        return dict(self.records)

    async def keep(self, camera_id, _before, after):
        self.records[camera_id] = after


class Street:
    """Two cameras, and days that pass."""

    def __init__(self):
        self.clock = ManualClock()
        self.clock.shift(seconds_to_midnight(self.clock))
        self.store = MemoryQuality()
        self.bus = RecordingBus()
        self.tallies = Tallies()
        self.devices = Devices()
        self.metrics = Metrics(CollectorRegistry())
        self.owner = None
        self.watch = self.another("one")
        for name in ("good", "bad"):
            self.devices.apply(Device(CameraContext(name, "bridge"), "active", (), 1))

    def another(self, owner):
        street = self

        class Leases:
            async def hold(self, wanted):
                street.owner = street.owner or owner
                return frozenset(wanted) if street.owner == owner else frozenset()

        return QualityWatch(
            self.tallies,
            self.store,
            Leases(),
            devices=self.devices,
            bus=self.bus,
            clock=self.clock,
            metrics=self.metrics,
            deadline_seconds=1,
        )

    async def day(self, **seen):
        """A day of these cameras, until it can be judged."""
        today = self.clock.now().toordinal()
        self.tallies.returned({(name, today): one for name, one in seen.items()})
        await self.watch.look()
        self.clock.shift(seconds_to_midnight(self.clock) + GRACE.total_seconds())
        await self.watch.look()

    def told(self):
        return [(one.data.camera_id, one.data.health.state, one.data.health.code) for one in self.bus.events]

    def figure(self):
        return self.metrics.registry.get_sample_value("rasid_ingest_worse_cameras", {"kind": "confidence"})


def seconds_to_midnight(clock):
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()


@pytest.fixture
async def street():
    found = Street()
    for _ in range(4):
        await found.day(good=GOOD, bad=GOOD)
    assert found.bus.events == []
    return found


async def test_a_camera_that_reads_worse_is_told_of_once_and_when_it_reads_as_before(street):
    for _ in range(3):
        await street.day(good=GOOD, bad=BAD)
    assert street.told() == [("bad", "degraded", "read_confidence")]
    [event] = street.bus.events
    assert (event.data.health.component, event.data.health.value, event.data.site_id) == ("lens", 0.5, "bridge")
    assert event.data.captured_at.endswith("T00:00:00.000Z"), "dated when the day was over"
    assert street.figure() == 1
    await street.day(good=GOOD, bad=GOOD)
    assert street.told()[1:] == [("bad", "ok", "read_confidence")]
    assert street.figure() == 0


async def test_a_day_is_judged_once_and_whoever_takes_over_tells_nothing_twice(street):
    await street.day(bad=BAD)
    reads = street.store.reads
    await street.watch.look()
    assert street.store.reads == reads
    street.owner = "two"
    await street.another("two").look()
    await street.watch.look()
    assert street.figure() == 0, "two says it now"
    assert len(street.told()) == 1


async def test_what_was_not_acknowledged_is_told_again_with_the_same_id(street):
    street.bus.is_away = True
    with pytest.raises(Unavailable):
        await street.day(bad=BAD)
    street.bus.is_away = False
    await street.watch.look()
    assert len(street.told()) == 1
    assert street.store.records["bad"].told == {"confidence"}


async def test_of_a_camera_that_was_worked_at_nothing_is_said(street):
    away = Device(CameraContext("bad", "bridge"), "maintenance", (), 2, state_at=street.clock.now())
    street.devices.apply(away)
    await street.day(bad=BAD)
    back = Device(CameraContext("bad", "bridge"), "active", (), 3, state_at=street.clock.now() + timedelta(hours=1))
    street.devices.apply(back)
    await street.day(bad=BAD)
    assert street.told() == []
    await street.day(bad=BAD)
    assert street.told() == [("bad", "degraded", "read_confidence")]


async def test_what_was_counted_while_the_database_was_away_is_not_forgotten(street):
    street.store.is_away = True
    today = street.clock.now().toordinal()
    street.tallies.returned({("good", today): GOOD})
    with pytest.raises(Unavailable):
        await street.watch.look()
    street.store.is_away = False
    await street.watch.look()
    assert street.store.records["good"].days[today] == GOOD

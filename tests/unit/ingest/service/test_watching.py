"""The watch over all cameras: told once, whoever judges, and what a post says of a camera's clock."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.fields import parse_utc
from rasid.errors import Unavailable
from rasid.runtime.metrics import Metrics
from rasid.testing.clock import ManualClock
from services.ingest.devices import Device, Devices
from services.ingest.payload.reading import CameraContext
from services.ingest.watch.presence import Presence
from services.ingest.watch.silence import Known, SiteSeen, Supply
from services.ingest.watch.watching import LOOK_SECONDS, PAUSE_SECONDS, Watching
from tests.support.reading import read
from tests.unit.ingest.service.doubles import RecordingBus
from tools.demo.hikvision import anpr_xml


class MemoryPresence:
    """What processes share."""

    def __init__(self):
        self.cameras = {}
        self.site = {}
        self.watch = None
        self.owner = None
        self.is_away = False

    async def heard(self, moments):
        self._answer()
        for name, at in moments.items():
            known = self.cameras.get(name)
            if known is None or known.last_seen_at < at:
                fields = {} if known is None else {"told_at": known.told_at, "rhythm": known.rhythm}
                self.cameras[name] = Known(name, at, **fields)

    async def all(self):
        self._answer()
        return list(self.cameras.values())

    async def learn(self, changed):
        self._answer()
        for one in changed:
            self.cameras[one.camera_id] = one

    async def sites(self):
        return dict(self.site)

    async def keep_site(self, site_id, seen):
        before = self.site.get(site_id, SiteSeen())
        self.site[site_id] = SiteSeen(seen.out_since, seen.recovered_at, before.power_source, before.link)

    async def supplied(self, supplies):
        for site_id, one in supplies.items():
            self.site[site_id] = SiteSeen(power_source=one.power_source, link=one.link)

    async def watched(self, now, *, pause_seconds):
        at, since = self.watch or (now, now)
        self.watch = (now, since if (now - at).total_seconds() <= pause_seconds else now)
        return self.watch[1]

    def _answer(self):
        if self.is_away:
            raise Unavailable("the database", "the test took it away")


class Skews:
    def __init__(self, devices):
        self.written = []
        self._devices = devices

    async def put(self, camera_id, skew_seconds):
        self.written.append((camera_id, skew_seconds))
        known = self._devices.get(camera_id)
        context = CameraContext(camera_id, known.context.site_id, "Asia/Baghdad", skew_seconds)
        self._devices.apply(Device(context, known.state, (), known.changed + 1))
        return True


class Town:
    """A few cameras, one process that watches, and a clock that the test owns."""

    def __init__(self):
        self.clock = ManualClock()
        self.store = MemoryPresence()
        self.bus = RecordingBus()
        self.devices = Devices()
        self.presence = Presence()
        self.metrics = Metrics(CollectorRegistry())
        self.skews = Skews(self.devices)
        self.watching = self.another("one")
        for name, site in (("a1", "a"), ("a2", "a"), ("a3", "a"), ("alone", None)):
            self.devices.apply(Device(CameraContext(name, site, "Asia/Baghdad"), "active", (), 1))

    def another(self, owner):
        town = self

        class Leases:
            async def hold(self, wanted):
                town.store.owner = town.store.owner or owner
                return frozenset(wanted) if town.store.owner == owner else frozenset()

            async def release(self, _):
                town.store.owner = None if town.store.owner == owner else town.store.owner

        return Watching(
            self.presence,
            self.store,
            Leases(),
            self.skews,
            devices=self.devices,
            bus=self.bus,
            clock=self.clock,
            metrics=self.metrics,
            deadline_seconds=1,
        )

    async def live(self, seconds, *names, watching=None):
        """Time goes on, and these cameras show life every five seconds."""
        for _ in range(int(seconds / LOOK_SECONDS)):
            self.clock.shift(LOOK_SECONDS)
            for name in names:
                self.presence.heard(name, self.clock.now(), ())
            await (watching or self.watching).look()

    def told(self):
        return [(one.type, getattr(one.data, "camera_id", None) or one.data.site_id) for one in self.bus.events]


EVERYBODY = ("a1", "a2", "a3", "alone")


@pytest.fixture
async def town():
    found = Town()
    await found.live(300, *EVERYBODY)
    assert found.bus.events == []
    return found


async def test_one_camera_falls_silent_and_comes_back(town):
    fell_at = town.clock.now()
    await town.live(400, "a1", "a2", "a3")
    assert town.told() == [("camera.silent", "alone")]
    [event] = town.bus.events
    assert event.data.last_seen_at == fell_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert 0 < event.data.expected_seconds < 400
    await town.live(20, *EVERYBODY)
    assert town.told()[1:] == [("device.connected", "alone")]
    assert town.bus.events[1].data.after_seconds == pytest.approx(405, abs=LOOK_SECONDS)
    await town.live(400, *EVERYBODY)
    assert len(town.bus.events) == 2


async def test_a_site_falls_out_and_is_one_event_with_what_fed_it(town):
    town.presence.supplied("a", Supply("battery"))
    await town.live(600, "alone")
    assert town.told() == [("site.outage", "a")]
    [event] = town.bus.events
    assert event.data.camera_ids == ("a1", "a2", "a3")
    assert event.data.power_source == "battery"
    await town.live(120, "alone", "a2")
    assert town.told()[1:] == [("site.recovered", "a")]
    assert town.bus.events[1].data.camera_ids == ("a2",)
    await town.live(600, "alone", "a2")
    assert sorted(town.told()[2:]) == [("camera.silent", "a1"), ("camera.silent", "a3")]


async def test_how_sites_are_is_a_figure(town):
    def figure(kind):
        return town.metrics.registry.get_sample_value("rasid_ingest_impaired_sites", {"kind": kind})

    town.presence.supplied("a", Supply("battery"))
    town.presence.supplied("a", Supply(link="down"))
    await town.live(LOOK_SECONDS, *EVERYBODY)
    assert (figure("out"), figure("on_battery"), figure("link")) == (0, 1, 1)
    town.presence.supplied("a", Supply("grid", "up"))
    await town.live(600, "alone")
    assert (figure("out"), figure("on_battery"), figure("link")) == (1, 0, 0)
    await town.live(120, *EVERYBODY)
    assert figure("out") == 0


async def test_another_process_that_takes_over_tells_nothing_twice(town):
    await town.live(400, "a1", "a2", "a3")
    town.store.owner = None
    await town.live(400, "a1", "a2", "a3", watching=town.another("two"))
    assert town.told() == [("camera.silent", "alone")]


async def test_what_was_not_acknowledged_is_told_again_with_the_same_id(town):
    town.bus.is_away = True
    with pytest.raises(Unavailable):
        await town.live(400, "a1", "a2", "a3")
    assert town.store.cameras["alone"].told_at is None
    town.bus.is_away = False
    await town.live(LOOK_SECONDS, "a1", "a2", "a3")
    town.store.cameras["alone"] = Known(
        "alone", town.store.cameras["alone"].last_seen_at, None, town.store.cameras["alone"].rhythm
    )
    await town.live(LOOK_SECONDS, "a1", "a2", "a3")
    assert town.told() == [("camera.silent", "alone")] * 2
    assert len({one.id for one in town.bus.events}) == 1


async def test_after_a_pause_in_which_nobody_watched_nobody_is_silent(town):
    town.clock.shift(PAUSE_SECONDS + 3_600)
    await town.live(60)
    assert town.bus.events == []
    await town.live(60, *EVERYBODY)
    assert max(town.store.cameras["alone"].rhythm.slots) < PAUSE_SECONDS, "and nothing is learned from it"


async def test_a_camera_that_was_told_of_is_not_back_because_nobody_watched_for_a_while(town):
    await town.live(400, "a1", "a2", "a3")
    town.clock.shift(PAUSE_SECONDS + 60)
    await town.live(400, "a1", "a2", "a3", watching=town.another("one"))
    assert town.told() == [("camera.silent", "alone")]
    await town.live(20, *EVERYBODY)
    assert town.told()[1:] == [("device.connected", "alone")]


async def test_what_was_heard_while_the_database_was_away_is_not_forgotten(town):
    town.store.is_away = True
    town.presence.heard("new", town.clock.now(), ())
    with pytest.raises(Unavailable):
        await town.watching.look()
    town.store.is_away = False
    await town.watching.look()
    assert "new" in town.store.cameras


async def test_a_camera_under_maintenance_or_retired_is_not_missed(town):
    for number, state in enumerate(("maintenance", "retired"), 2):
        town.devices.apply(Device(CameraContext("alone"), state, (), number))
        await town.live(400, "a1", "a2", "a3")
    assert town.bus.events == []


def in_state(town, state, number):
    return Device(CameraContext("alone"), state, (), number, state_at=town.clock.now())


async def test_after_maintenance_a_camera_gets_its_time_and_is_missed_again(town):
    town.devices.apply(in_state(town, "maintenance", 2))
    await town.live(7_200, "a1", "a2", "a3")
    back_at = town.clock.now()
    town.devices.apply(in_state(town, "active", 3))
    await town.live(60, "a1", "a2", "a3")
    assert town.bus.events == [], "nobody waited for it while it was being mended"
    await town.live(400, "a1", "a2", "a3")
    assert town.told() == [("camera.silent", "alone")]
    assert parse_utc(town.bus.events[0].time) > back_at


async def test_how_long_maintenance_took_teaches_nothing(town):
    before = max(town.store.cameras["alone"].rhythm.slots)
    town.devices.apply(in_state(town, "maintenance", 2))
    await town.live(7_200, "a1", "a2", "a3")
    town.devices.apply(in_state(town, "active", 3))
    await town.live(60, *EVERYBODY)
    assert max(town.store.cameras["alone"].rhythm.slots) == before


async def test_a_wrong_clock_is_written_down_once_and_told_and_so_is_its_mending(town):
    async def pass_by(count, ahead):
        for _ in range(count):
            town.clock.shift(15)
            now = town.clock.now()
            body = anpr_xml(captured_at=now + timedelta(seconds=ahead), event_id=str(now))
            context = {"camera_id": "alone", "time_zone": "Asia/Baghdad"}
            events = [one.event for one in read(body, received_at=now, **context).normalized]
            town.presence.heard("alone", now, events)
            await town.watching.look()

    await pass_by(30, 90)
    [(camera_id, skew)] = town.skews.written
    assert (camera_id, skew) == ("alone", pytest.approx(90, abs=2))
    [event] = town.bus.of("device.health")
    assert (event.data.camera_id, event.data.health.component, event.data.health.state) == (
        "alone",
        "clock",
        "degraded",
    )
    assert event.data.health.value == skew
    await pass_by(40, 0)
    assert town.skews.written[-1] == ("alone", 0.0)
    assert town.bus.of("device.health")[-1].data.health.state == "ok"


def test_a_replay_and_a_time_of_arrival_say_nothing_of_a_clock(town):
    presence = Presence()
    for number in range(40):
        now = town.clock.now() + timedelta(seconds=20 * number)
        body = anpr_xml(captured_at=now - timedelta(days=2), event_id=str(number))
        replayed = body.replace(b"<eventType>", b"<isDataRetransmission>true</isDataRetransmission><eventType>", 1)
        events = [one.event for one in read(replayed, received_at=now).normalized]
        assert events[0].data.is_replay
        presence.heard("alone", now, events)
    assert presence.skews() == {}


async def test_how_many_are_heard_is_a_figure(town):
    name = "rasid_ingest_watched_cameras"
    await town.live(400, "a1", "a2", "a3")
    assert town.metrics.registry.get_sample_value(name, {"state": "silent"}) == 1
    assert town.metrics.registry.get_sample_value(name, {"state": "heard"}) == 3
    await town.live(600)
    assert ("site.outage", "a") in town.told()
    assert town.metrics.registry.get_sample_value(name, {"state": "silent"}) == 4
    await town.live(60, *EVERYBODY)
    assert town.metrics.registry.get_sample_value(name, {"state": "heard"}) == 4

"""Sites' power and link controllers that publish over MQTT, on a real Mosquitto."""

import asyncio
import contextlib
import json

import pytest
from prometheus_client import CollectorRegistry

from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from services.ingest.devices import Device, Devices
from services.ingest.mqtt_subscriber import Broker, MqttSubscriber
from services.ingest.payload.reading import CameraContext
from services.ingest.site_reports import SiteReports, SiteTopics
from services.ingest.watch.presence import Presence
from services.ingest.watch.silence import Supply
from tests.integration.test_mqtt_subscriber import Takes
from tests.support.eventually import eventually
from tests.support.mosquitto import PASSWORD, USER, mosquitto
from tests.unit.ingest.service.doubles import RecordingBus

__all__ = ["mosquitto"]
REPORT = {"power_source": "battery", "battery_percent": 71.5, "link": "up"}


class Grid:
    """A subscriber with two sites and a camera."""

    def __init__(self, broker):
        self.broker = broker
        self.bus = RecordingBus()
        self.presence = Presence()
        self.metrics = Metrics(CollectorRegistry())
        self.cameras, self.sites = Devices(), Devices()
        self.cameras.is_loaded = self.sites.is_loaded = True
        self.takes = Takes()
        self.states = []
        for devices, name, topic in (
            (self.sites, "bridge", "sites/bridge/power"),
            (self.sites, "market", "sites/market/power"),
            (self.cameras, "gate", "gate/#"),
        ):
            devices.apply(Device(CameraContext(name, name), "active", (), 1, mqtt_topic=topic))

    @contextlib.asynccontextmanager
    async def running(self):
        subscriber = MqttSubscriber(
            Broker(self.broker.url, f"rasid-{RandomIds().new()[:8]}", USER, PASSWORD),
            self.cameras,
            self.takes,
            clock=SystemClock(),
            metrics=self.metrics,
            ids=RandomIds(),
            sites=SiteTopics(self.sites, SiteReports(self.bus, self.presence, 1), self.metrics),
            on_state=self.states.append,
        )
        task = asyncio.create_task(subscriber.run())
        try:
            await eventually(lambda: self.states)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def publish(self, topic, body, *, retain=False):
        async with self.broker.client() as client:
            await client.publish(topic, body, qos=1, retain=retain)

    def reports(self):
        return {(one.data.site_id, one.data.power_source) for one in self.bus.of("site.health")}


@pytest.fixture
def grid(mosquitto):
    return Grid(mosquitto)


async def heard(grid, topic, body):
    """Published until it is heard: the subscription may not be there yet; the same report is one event."""
    await grid.publish(topic, body)
    return grid.bus.of("site.health")


async def test_a_report_is_the_sites_that_is_registered_with_its_topic(grid):
    async with grid.running():
        await eventually(lambda: heard(grid, "sites/bridge/power", json.dumps(REPORT)))
        await grid.publish("sites/market/power", json.dumps(REPORT | {"power_source": "grid"}))
        await eventually(lambda: grid.reports() == {("bridge", "battery"), ("market", "grid")})
        await grid.publish("gate/events", b"<x/>")
        await eventually(lambda: grid.takes.posts)
    assert grid.presence.taken()[1] == {"bridge": Supply("battery", "up"), "market": Supply("grid", "up")}
    assert len({one.id for one in grid.bus.of("site.health") if one.data.site_id == "market"}) == 1


async def test_what_is_no_report_is_counted_and_the_next_one_is_taken(grid):
    async with grid.running():
        await eventually(lambda: heard(grid, "sites/bridge/power", json.dumps(REPORT)))
        await grid.publish("sites/market/power", b"not json")
        await grid.publish("sites/market/power", json.dumps({"power_source": "steam"}))
        await grid.publish("sites/market/power", json.dumps(REPORT))
        await eventually(lambda: ("market", "battery") in grid.reports())
    assert grid.metrics.camera_refusals.labels("unreadable")._value.get() == 2


async def test_a_report_waits_for_the_broker_of_events(grid):
    async with grid.running():
        await eventually(lambda: heard(grid, "sites/bridge/power", json.dumps(REPORT)))
        grid.bus.is_away = True
        await grid.publish("sites/market/power", json.dumps(REPORT))
        await asyncio.sleep(0.5)
        assert ("market", "battery") not in grid.reports()
        grid.bus.is_away = False
        await eventually(lambda: ("market", "battery") in grid.reports())


async def test_a_retained_report_without_a_time_is_not_taken_for_news(grid):
    dated = REPORT | {"at": "2026-03-01T08:00:00Z"}
    await grid.publish("sites/bridge/power", json.dumps(REPORT), retain=True)
    await grid.publish("sites/market/power", json.dumps(dated), retain=True)
    try:
        async with grid.running():
            await eventually(lambda: ("market", "battery") in grid.reports())
        assert grid.reports() == {("market", "battery")}
    finally:
        for topic in ("sites/bridge/power", "sites/market/power"):
            await grid.publish(topic, b"", retain=True)

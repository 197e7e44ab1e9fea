"""Cameras that publish over MQTT, on a real Mosquitto: nothing that was acknowledged is lost, whoever dies."""

import asyncio
import contextlib
from collections import Counter

import pytest
from prometheus_client import CollectorRegistry

from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from services.ingest.devices import Device, Devices
from services.ingest.mqtt_subscriber import Broker, MqttSubscriber
from services.ingest.payload.reading import CameraContext
from tests.support.eventually import eventually
from tests.support.mosquitto import PASSWORD, USER, Mosquitto, mosquitto
from tests.support.vendors.frigate import event

__all__ = ["mosquitto"]


class Takes:
    """Stands where the intake stands: keeps what it is given, unless its engines are away."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str, bytes]] = []
        self.retained: list[bool] = []
        self.is_away = False
        self.is_slow_for: str | None = None

    async def take(self, camera: CameraContext, post) -> None:
        if self.is_away:
            raise Unavailable("the engines are away")
        if camera.camera_id == self.is_slow_for:
            await asyncio.sleep(3600)
        self.posts.append((camera.camera_id, post.topic, post.body))
        self.retained.append(post.is_retained)

    def bodies(self) -> set[bytes]:
        return {body for _, _, body in self.posts}


class Street:
    """A subscriber with two cameras of one Frigate and one with a topic of its own."""

    def __init__(self, broker: Mosquitto) -> None:
        self.broker = broker
        self.takes = Takes()
        self.devices = Devices()
        self.devices.is_loaded = True
        self.states: list[str | None] = []
        self.metrics = Metrics(CollectorRegistry())
        self.register("north", "frigate/#", "gate_north")
        self.register("south", "frigate/#", "gate_south")
        self.register("alone", "alone/#")
        self.register("probe", "zz/#")

    def register(self, camera_id: str, topic: str, channel: str | None = None, changed: int = 1) -> None:
        self.devices.apply(
            Device(CameraContext(camera_id), "active", (), changed, mqtt_topic=topic, channel=channel),
        )

    @contextlib.asynccontextmanager
    async def running(self, password: str = PASSWORD, *, is_waiting: bool = False):
        subscriber = MqttSubscriber(
            Broker(self.broker.url, "rasid-test", USER, password),
            self.devices,
            self.takes,
            clock=SystemClock(),
            metrics=self.metrics,
            ids=RandomIds(),
            on_state=self.states.append,
        )
        task = asyncio.create_task(subscriber.run())
        try:
            await eventually(lambda: is_waiting or bool(self.states) or task.done())
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def publish(self, topic: str, *bodies: bytes, retain: bool = False) -> None:
        async with self.broker.client() as client:
            for body in bodies:
                await client.publish(topic, body, qos=1, retain=retain)

    def refused(self, reason: str) -> float:
        return self.metrics.camera_refusals.labels(reason)._value.get()


@pytest.fixture
def street(mosquitto: Mosquitto) -> Street:
    return Street(mosquitto)


async def settled(street: Street, number: int) -> None:
    await eventually(lambda: len(street.takes.posts) >= number, seconds=20)


async def test_a_message_reaches_the_camera_it_names_and_only_that(street: Street):
    north, south = event(), event(camera="gate_south")
    async with street.running():
        await subscribed(street)
        await street.publish("frigate/events", north, south)
        await street.publish("alone/x", b'{"a": 1}')
        await settled(street, 4)
    assert Counter(street.takes.posts) >= Counter(
        {
            ("north", "frigate/events", north): 1,
            ("south", "frigate/events", south): 1,
            ("alone", "alone/x", b'{"a": 1}'): 1,
        },
    )


async def subscribed(street: Street) -> None:
    """The subscriptions stand when a message on the last of them comes through."""
    await eventually(lambda: heard(street, "zz/probe"), seconds=20)


async def heard(street: Street, topic: str) -> bool:
    """Whether something published on a topic was taken."""
    await street.publish(topic, topic.encode())
    return topic.encode() in street.takes.bodies()


async def test_what_names_an_unknown_camera_is_refused_and_counted_and_does_not_come_again(street: Street):
    async with street.running():
        await subscribed(street)
        await street.publish("frigate/events", event(camera="elsewhere"))
        await eventually(lambda: street.refused("unknown_camera") == 1)
        before = len(street.takes.posts)
        await street.publish("alone/x", b"{}")
        await settled(street, before + 1)
    async with street.running():
        await subscribed(street)
    assert street.refused("unknown_camera") == 1


async def test_what_was_published_while_nobody_listened_comes_later(street: Street):
    async with street.running():
        await subscribed(street)
    bodies = [b'{"n": %d}' % number for number in range(50)]
    await street.publish("alone/x", *bodies)
    assert not street.takes.bodies() & set(bodies)
    async with street.running():
        await eventually(lambda: street.takes.bodies() >= set(bodies), seconds=20)


async def test_what_is_not_durable_is_not_acknowledged(street: Street):
    async with street.running():
        await subscribed(street)
        street.takes.is_away = True
        bodies = [b'{"n": %d}' % number for number in range(100)]
        await street.publish("alone/x", *bodies)
        assert not street.takes.bodies() & set(bodies)
    street.takes.is_away = False
    async with street.running():
        await eventually(lambda: street.takes.bodies() >= set(bodies), seconds=20)


async def test_nothing_is_refused_while_the_registry_is_not_read_yet(street: Street):
    async with street.running():
        await subscribed(street)
    known, street.devices.is_loaded = street.devices, False
    await street.publish("alone/x", b'{"n": 1}')
    street.states.clear()
    async with street.running(is_waiting=True):
        await street.publish("alone/x", b'{"n": 2}')
        assert (street.states, street.refused("unknown_camera")) == ([], 0)
        known.is_loaded = True
        await eventually(lambda: b'{"n": 1}' in street.takes.bodies(), seconds=20)


async def test_messages_of_one_camera_keep_their_order(street: Street):
    bodies = [b'{"n": %d}' % number for number in range(200)]
    async with street.running():
        await subscribed(street)
        await street.publish("alone/x", *bodies)
        await eventually(lambda: street.takes.bodies() >= set(bodies), seconds=20)
    assert [body for _, topic, body in street.takes.posts if topic == "alone/x"] == bodies


async def test_a_camera_that_takes_long_holds_no_other_up(street: Street):
    async with street.running():
        await subscribed(street)
        street.takes.is_slow_for = "north"
        await street.publish("frigate/events", event())
        await street.publish("alone/x", b'{"n": 1}')
        await eventually(lambda: b'{"n": 1}' in street.takes.bodies())


async def test_the_broker_goes_and_comes_back(street: Street):
    async with street.running():
        await subscribed(street)
        await street.broker.stop()
        await eventually(lambda: street.states[-1] is not None)
        assert street.metrics.mqtt_connected._value.get() == 0
        await street.broker.start()
        await eventually(lambda: street.states[-1] is None, seconds=30)
        await street.publish("alone/x", b'{"n": 1}')
        await eventually(lambda: b'{"n": 1}' in street.takes.bodies(), seconds=20)
        assert street.metrics.mqtt_connected._value.get() == 1


async def test_what_was_retained_is_told_so_and_comes_once(street: Street):
    await street.publish("frigate/available", b"online", retain=True)
    for _ in range(2):
        async with street.running():
            await subscribed(street)
    told = [
        (camera, is_retained)
        for (camera, topic, _), is_retained in zip(street.takes.posts, street.takes.retained, strict=True)
        if topic == "frigate/available"
    ]
    assert sorted(told) == [("north", True), ("south", True)]


async def test_a_camera_registered_later_is_heard_without_a_restart(street: Street):
    async with street.running():
        await subscribed(street)
        street.register("late", "late/#", changed=9)
        await eventually(lambda: heard(street, "late/x"), seconds=20)


async def test_an_empty_message_and_one_that_is_no_text_are_taken_as_they_are(street: Street):
    async with street.running():
        await subscribed(street)
        await street.publish("alone/x", b"", b"\xff\xd8\xff\xe0")
        await eventually(lambda: street.takes.bodies() >= {b"", b"\xff\xd8\xff\xe0"})


async def test_a_wrong_password_is_told_and_tried_again(street: Street):
    async with street.running(password="wrong") as task:
        await eventually(lambda: street.states[-1:] != [None])
        assert not task.done()
    async with street.running():
        await eventually(lambda: street.states[-1] is None)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "mqtt://", "127.0.0.1:1883", "mqtt://user:password@127.0.0.1"])
async def test_an_address_that_is_none_stops_the_service_with_a_word(street: Street, url: str):
    subscriber = MqttSubscriber(
        Broker(url, "rasid-test"),
        street.devices,
        street.takes,
        clock=SystemClock(),
        ids=RandomIds(),
        metrics=street.metrics,
    )
    with pytest.raises(ConfigurationError):
        await subscriber.run()

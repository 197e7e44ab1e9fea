"""Takes what cameras and sites' controllers publish over MQTT: on the topics they are registered with, and no others.

A message is acknowledged to its broker once it is durable, not before: what is not acknowledged comes again, also to
the next process, as the broker keeps the session. Cameras are worked off side by side, each in its own order, and at
most so many messages are under way at the same time. While the broker is away the connection is tried again with
growing, jittered delays; a broker that is silent is found by MQTT's own keep-alive.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.retry import Backoff
from services.ingest.admission import Refused
from services.ingest.devices import Devices
from services.ingest.intake import Intake, Post
from services.ingest.site_reports import SiteTopics
from services.ingest.topics import addressees

PORTS = {"mqtt": 1883, "mqtts": 8883}
UNDER_WAY = 64
# What comes with quality of service 0 knows no flow control: beyond this it is let go, as its sender agreed.
WAITING = 256
MESSAGE_BYTES = 2 * 1024 * 1024
KEEP_ALIVE_SECONDS = 30
TIMEOUT_SECONDS = 10.0
SESSION_SECONDS = 24 * 3600
RETRY_SECONDS = 1.0
FOLLOW_SECONDS = 1.0
REGISTRY_SECONDS = 0.2
# A subscription that exists already brings no retained messages again.
ONLY_WHEN_NEW = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB

_UUIDS = 2.0**128

Take = Callable[[Post], Awaitable[object]]

log = get_logger(__name__)
# Its own words are at level debug and name topics; what is worth telling is told here.
_QUIET = logging.getLogger("aiomqtt.quiet")
_QUIET.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who asks. `client_id` names the session that it keeps: one process each."""

    url: str
    client_id: str
    user: str | None = None
    password: str | None = None

    def options(self) -> dict[str, Any]:
        """What the client needs; raises ConfigurationError when the address is none."""
        parts = urlsplit(self.url)
        if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
            raise ConfigurationError(
                "RASID_MQTT is no address of an MQTT broker",
                "write mqtt://host:1883 or mqtts://host:8883; the user is RASID_MQTT_USER and RASID_MQTT_PASSWORD",
            )
        return {
            "hostname": parts.hostname,
            "port": parts.port or PORTS[parts.scheme],
            "username": self.user,
            "password": self.password,
            "identifier": self.client_id,
            "tls_context": ssl.create_default_context() if parts.scheme == "mqtts" else None,
        }


class _Client(aiomqtt.Client):
    """A client that acknowledges a message when it is told to, and not by itself."""

    def __init__(self, broker: Broker) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own is not typed
        properties.ReceiveMaximum = UNDER_WAY
        properties.MaximumPacketSize = MESSAGE_BYTES
        properties.SessionExpiryInterval = SESSION_SECONDS
        super().__init__(
            **broker.options(),
            logger=_QUIET,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
            keepalive=KEEP_ALIVE_SECONDS,
            timeout=TIMEOUT_SECONDS,
            max_queued_incoming_messages=WAITING,
        )
        self._client.manual_ack_set(True)

    def acknowledge(self, message: aiomqtt.Message) -> None:
        """Tell the broker that it may forget this message."""
        self._client.ack(message.mid, message.qos)


class MqttSubscriber:
    """The connection to one broker. `on_state` is told why nothing comes, or None when it does."""

    def __init__(
        self,
        broker: Broker,
        devices: Devices,
        intake: Intake,
        *,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        sites: SiteTopics | None = None,
        on_state: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._broker = broker
        self._devices = devices
        self._intake = intake
        self._sites = sites
        self._clock = clock
        self._metrics = metrics
        self._ids = ids
        self._on_state = on_state
        self._last: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Take messages until cancelled; what was not acknowledged comes again. Raises ConfigurationError."""
        self._broker.options()
        while not self._devices.is_loaded:  # until then a camera cannot be told from a stranger, and would be refused
            await self._clock.sleep(REGISTRY_SECONDS)
        backoff = Backoff()
        tries = 0
        while True:
            try:
                async with _Client(self._broker) as client:
                    tries = 0
                    self._metrics.mqtt_connected.set(1)
                    self._on_state(None)
                    await self._converse(client)
            except* (aiomqtt.MqttError, OSError) as lost:
                self._metrics.mqtt_connected.set(0)
                self._on_state("the MQTT broker is not reached: cameras that publish there are not heard")
                log.warning("the MQTT broker is not reached", why=str(lost.exceptions[0]), tries=tries)
            _unless_stopped()
            tries += 1
            chance = UUID(self._ids.new()).int / _UUIDS
            await self._clock.sleep(backoff.delay_seconds(tries, chance))

    async def _converse(self, client: _Client) -> None:
        _unless_stopped()
        slots = asyncio.Semaphore(UNDER_WAY)
        self._last.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(client), name="mqtt subscriptions")
            async for message in client.messages:
                await slots.acquire()
                found = self._takers(message)
                if isinstance(found, Refused):
                    self._refuse(client, message, found)
                    slots.release()
                    continue
                lane, takers = found
                task = group.create_task(self._settle(client, message, takers, self._last.get(lane)))
                task.add_done_callback(lambda _: slots.release())
                self._last[lane] = task

    def _takers(self, message: aiomqtt.Message) -> tuple[str, Sequence[Take]] | Refused:
        """Who takes this message, and in whose order: a camera's, a program's, or a site's controller's."""
        topic = message.topic.value
        found = addressees(self._devices, topic, _body(message))
        if not isinstance(found, Refused):
            return found[0].camera_id, [partial(self._intake.take, device.context) for device in found]
        site_id = None if self._sites is None else self._sites.site_of(topic)
        if self._sites is None or site_id is None:
            return found
        return f"site:{site_id}", [partial(self._sites.take, site_id)]

    async def _follow(self, client: _Client) -> None:
        """Subscribe to what cameras are registered with, as the registry changes."""
        subscribed: set[str] = set()
        while True:
            wanted = {device.mqtt_topic for device in self._devices.on_topics() if device.state != "retired"} - {None}
            wanted |= set() if self._sites is None else self._sites.filters()
            for topic in sorted(filter(None, wanted - subscribed)):
                await client.subscribe(topic, options=SubscribeOptions(qos=1, retainHandling=ONLY_WHEN_NEW))
            for topic in sorted(subscribed - wanted):
                await client.unsubscribe(topic)
            _unless_stopped()
            subscribed = set(filter(None, wanted))
            await self._clock.sleep(FOLLOW_SECONDS)

    def _refuse(self, client: _Client, message: aiomqtt.Message, refused: Refused) -> None:
        self._metrics.camera_refusals.labels(refused.reason).inc()
        log.warning("a message over MQTT was refused", reason=refused.reason, camera_id=refused.camera_id)
        client.acknowledge(message)

    async def _settle(
        self,
        client: _Client,
        message: aiomqtt.Message,
        takers: Sequence[Take],
        before: asyncio.Task[None] | None,
    ) -> None:
        """Make a message durable, after what came before it from the same camera, and only then acknowledge it."""
        post = Post("", {}, _body(message), self._clock.now(), message.topic.value, is_retained=message.retain)
        if before is not None:
            await asyncio.wait([before])
        for take in takers:
            await self._take(take, post)
        client.acknowledge(message)

    async def _take(self, take: Take, post: Post) -> None:
        while True:
            try:
                await take(post)
            except Unavailable:
                _unless_stopped()
                await self._clock.sleep(RETRY_SECONDS)
            else:
                return


def _unless_stopped() -> None:
    """Raise CancelledError when somebody asked for the end and a call to the client has hidden it.

    Up to Python 3.11 a wait with a deadline can swallow a cancellation that comes as it is over; so does a connection
    that breaks while it is closed.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _body(message: aiomqtt.Message) -> bytes:
    """The payload as bytes; none is an empty one."""
    payload = message.payload
    return payload if isinstance(payload, bytes) else b"" if payload is None else str(payload).encode()

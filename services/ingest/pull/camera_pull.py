"""Keeps asking one camera: connects, takes what it says, and when that ends waits longer each time to try again.

Whatever one camera does stays with it: another waits for its own camera only.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from rasid.contract.codec import Message, encode
from rasid.contract.envelope import Event
from rasid.errors import Altered, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.retry import Backoff
from services.ingest.connections import Broken, Reason, connected, disconnected
from services.ingest.devices import Device, Devices, PullProtocol
from services.ingest.intake import Intake, Post
from services.ingest.pull.plan import ADAPTERS, PullStatus, Target
from services.ingest.pull.stream_client import Line
from services.ingest.pull.vault import CameraCredential

# A connection that held this long was one: the next failure is the first again.
STEADY_SECONDS = 60.0
RETRY_SECONDS = 1.0
BACKOFF = Backoff(base_seconds=1.0, cap_seconds=60.0)
# Devices lock an account after a few wrong passwords, and then nobody gets in.
PATIENT = Backoff(base_seconds=60.0, cap_seconds=900.0)
PATIENT_REASONS: frozenset[Reason] = frozenset({"refused", "no_credential", "fault"})

# Connections that are being made at the same time; one that is not answered takes ten seconds.
CONNECTING = 128

_UUIDS = 2.0**128

log = get_logger(__name__)

Converse = Callable[[httpx.AsyncClient, Target, CameraCredential, Line], Awaitable[None]]


class Bus(Protocol):
    """What takes events; the one that the intake has."""

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Return when the broker has it; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class PullParts:
    """What every camera that is asked needs, put together by `ways_in`. `credential_of` raises Unavailable, Altered."""

    http: httpx.AsyncClient
    converse: Mapping[PullProtocol, Converse]
    devices: Devices
    intake: Intake
    bus: Bus
    credential_of: Callable[[str], Awaitable[CameraCredential | None]]
    clock: Clock
    ids: Ids
    metrics: Metrics
    silence_seconds: float
    limit_bytes: int
    deadline_seconds: float
    connecting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTING))


class CameraPull:
    """One camera that is asked."""

    def __init__(self, target: Target, parts: PullParts) -> None:
        self._target = target
        self._parts = parts
        self._since: datetime | None = None
        self._lost_at: datetime | None = None
        self.status = PullStatus(target.camera_id, target.protocol, "connecting", parts.clock.now())

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            began = self._parts.clock.monotonic()
            broken = await self._once()
            lasted = self._since is not None and self._parts.clock.monotonic() - began >= STEADY_SECONDS
            await self._ended(broken)
            tries = 1 if lasted else self.status.tries + 1
            self._say(state="waiting", reason=broken.reason, why=broken.detail, tries=tries)
            patience = PATIENT if broken.reason in PATIENT_REASONS else BACKOFF
            chance = UUID(self._parts.ids.new()).int / _UUIDS
            await self._parts.clock.sleep(patience.delay_seconds(tries, chance))
            self._say(state="connecting")

    async def _once(self) -> Broken:
        """One connection, to its end."""
        parts = self._parts
        line = Line(
            self._take,
            self._connected,
            parts.silence_seconds,
            parts.limit_bytes,
            parts.clock,
            parts.connecting,
        )
        try:
            credential = await self._credential()
            if credential is None:
                return Broken("no_credential", "no user and password are given for asking it")
            await parts.converse[self._target.protocol](parts.http, self._target, credential, line)
        except Broken as error:
            return error
        except Altered as error:
            return Broken("no_credential", str(error))
        except Exception as error:  # noqa: BLE001 - one camera's payload must not end what all the others are heard by
            return _fault(self._target.camera_id, error)
        return Broken("cut", "the camera ended the conversation")

    async def _credential(self) -> CameraCredential | None:
        while True:
            try:
                return await self._parts.credential_of(self._target.camera_id)
            except Unavailable:
                await self._parts.clock.sleep(RETRY_SECONDS)

    async def _connected(self) -> None:
        now = self._parts.clock.now()
        self._since = now
        self._say(state="connected", reason=None, why=None)
        after = None if self._lost_at is None else (now - self._lost_at).total_seconds()
        await self._tell(lambda device: connected(device.context, now, after_seconds=after))

    async def _ended(self, broken: Broken) -> None:
        target = self._target
        self._parts.metrics.pull_failures.labels(ADAPTERS[target.protocol], broken.reason).inc()
        log.warning(
            "a camera that is asked is not connected",
            camera_id=target.camera_id,
            reason=broken.reason,
            why=broken.detail,
            tries=self.status.tries,
        )
        if self._since is None:
            return
        self._since = None
        self._lost_at = now = self._parts.clock.now()
        await self._tell(partial(_disconnected, at=now, reason=broken.reason))

    async def _take(self, content_type: str, body: bytes) -> None:
        """Return when a payload is durable, however long that takes: the camera waits meanwhile."""
        parts, at = self._parts, self._parts.clock.now()
        while True:
            device = parts.devices.get(self._target.camera_id)
            if device is None:
                return
            # What was asked for in this way is in this format, whatever the camera posts by itself.
            context = msgspec.structs.replace(device.context, adapter=ADAPTERS[self._target.protocol])
            try:
                await parts.intake.take(context, Post(content_type, {}, body, at))
            except Unavailable:
                await parts.clock.sleep(RETRY_SECONDS)
            else:
                self._say(last_event_at=at)
                return

    async def _tell(self, event_of: Callable[[Device], Event[Struct]]) -> None:
        """Publish that it came or went; tried until the broker has it."""
        device = self._parts.devices.get(self._target.camera_id)
        if device is None:
            return
        message = encode(event_of(device))
        while True:
            try:
                await self._parts.bus.publish_message(message, deadline_seconds=self._parts.deadline_seconds)
            except Unavailable:
                await self._parts.clock.sleep(RETRY_SECONDS)
            else:
                return

    def _say(self, **changes: object) -> None:
        since = (
            {"since": self._parts.clock.now()} if changes.get("state", self.status.state) != self.status.state else {}
        )
        self.status = msgspec.structs.replace(self.status, **changes, **since)


def _disconnected(device: Device, *, at: datetime, reason: Reason) -> Event[Struct]:
    return disconnected(device.context, at, reason)


def _fault(camera_id: str, error: Exception) -> Broken:
    """What nobody expected: logged by its place, as its own words may quote a payload."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename}:{frame.lineno}"
    log.error("asking a camera failed", camera_id=camera_id, error=type(error).__name__, where=where)
    return Broken("fault", "a fault of Rasid, which has been logged")

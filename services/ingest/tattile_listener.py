"""Takes what Tattile cameras send over TCP: a connection that stays open, a message that ends at its closing tag.

Nothing is answered: the protocol has no answer. A message that cannot be made durable is held, and nothing more is read
from that connection until it is; the camera notices by TCP's own means. Every connection is a task of its own, so a
slow or broken sender costs the others nothing; how many there are, how long a message takes and how much memory all
messages together hold is bounded. A peer that is gone without a word is found by TCP keep-alive.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from rasid.errors import ConfigurationError, TemporarilyUnavailable, TooLarge, TooSlow, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest.adapters import tattile
from services.ingest.admission import Refused
from services.ingest.devices import Devices
from services.ingest.incoming import Incoming, keep_alive, peer_address
from services.ingest.intake import Intake, Post
from services.ingest.recognition import may_send, sender
from services.ingest.strangers import Strangers
from services.ingest.upload import Uploads

# A whole site may be behind one address.
PER_ADDRESS = 64
RETRY_SECONDS = 1.0
REGISTRY_SECONDS = 0.5
# Somebody nobody registered at that address says who it is within this time, or is cut.
STRANGER_SECONDS = 30.0

Reason = Literal[
    "ended", "lost", "refused", "silent", "too_slow", "too_large", "unreadable", "busy", "too_many", "stopped"
]

_REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (TimeoutError, "silent"),
    (OSError, "lost"),
    (TooSlow, "too_slow"),
    (TooLarge, "too_large"),
    (TemporarilyUnavailable, "busy"),
)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, and how long a stop waits for messages that are being made durable."""

    connections: int
    drain_seconds: float


class TattileListener:
    """The port that cameras connect to. `on_state` is told why it takes nobody more, or None when it does."""

    def __init__(
        self,
        devices: Devices,
        uploads: Uploads,
        intake: Intake,
        *,
        clock: Clock,
        metrics: Metrics,
        strangers: Strangers,
        limits: Limits,
        on_state: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._devices = devices
        self._uploads = uploads
        self._intake = intake
        self._clock = clock
        self._metrics = metrics
        self._strangers = strangers
        self._limits = limits
        self._on_state = on_state
        self._open: dict[asyncio.Task[None], str] = {}
        self._taking: set[asyncio.Task[None]] = set()
        self._per_address: Counter[str] = Counter()
        self._failed: asyncio.Future[None] | None = None
        self._is_stopping = False
        self.port = 0

    async def run(self, host: str, port: int) -> None:
        """Listen until cancelled; then finish what is being made durable. Raises ConfigurationError."""
        self._failed = asyncio.get_running_loop().create_future()
        self._on_state("it does not listen yet: the registry is not loaded")
        try:
            server = await asyncio.start_server(self._connected, host, port, start_serving=False)
        except OSError as error:
            raise ConfigurationError(
                f"TCP port {port} of {host} cannot be listened on: {error.strerror or error}",
                "choose another RASID_TATTILE_PORT, or end what uses this one",
            ) from None
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            try:
                while not self._devices.is_loaded:  # until then nobody can be told from a stranger
                    await self._clock.sleep(REGISTRY_SECONDS)
                await server.start_serving()
                self._on_state(None)
                await self._failed
            finally:
                server.close()
                await self._drain()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = peer_address(writer)
        if len(self._open) >= self._limits.connections or self._per_address[address] >= PER_ADDRESS:
            self._on_state("it has as many connections as it may: further cameras are cut")
            self._end("too_many", writer)
            return
        task = asyncio.create_task(self._serve(reader, writer, address), name="tattile connection")
        self._open[task] = address
        self._per_address[address] += 1
        self._metrics.listener_connections.inc()
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        address = self._open.pop(task)
        self._per_address -= Counter({address: 1})
        self._metrics.listener_connections.dec()
        self._on_state(None)
        error = None if task.cancelled() else task.exception()
        if error is not None and self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        reason: Reason = "stopped"
        try:
            keep_alive(writer)
            reason = await self._converse(Incoming(reader), address)
        except (OSError, TooSlow, TooLarge, TemporarilyUnavailable) as error:
            reason = next(reason for kind, reason in _REASONS if isinstance(error, kind))
            log.warning("a connection over TCP was cut", reason=reason, peer=address)
        finally:
            self._end(reason, writer)

    def _end(self, reason: Reason, writer: asyncio.StreamWriter) -> None:
        self._metrics.listener_closed.labels(reason).inc()
        writer.transport.abort() if reason in {"lost", "stopped"} else writer.close()

    async def _converse(self, incoming: Incoming, address: str) -> Reason:
        """Take messages until one ends it."""
        is_known = may_send(self._devices, address)
        while True:
            async with asyncio.timeout(None if is_known else STRANGER_SECONDS):
                if not await incoming.begin():
                    return "ended"
            received_at = self._clock.now()
            body = await self._uploads.read(incoming.message(), None)
            try:
                is_known = await self._take(address, Post("application/xml", {}, body, received_at))
            finally:
                self._uploads.let_go(body)
            if not is_known:
                return "refused"
            if incoming.is_over:
                return "unreadable"
            if self._is_stopping:
                return "stopped"

    async def _take(self, address: str, post: Post) -> bool:
        """Whether the sender is a camera; when it is, the message is durable on return."""
        device = sender(self._devices, address, tattile.serial_of(post.body))
        if isinstance(device, Refused):
            self._metrics.camera_refusals.labels(device.reason).inc()
            self._strangers.note(device.camera_id or "", address or None, device.reason, post.received_at)
            # An administrator has to find the device: its address is all there is.
            log.warning("a sender over TCP was refused", reason=device.reason, camera_id=device.camera_id, peer=address)
            return False
        context = device.context
        if context.adapter is None:
            context = replace(context, adapter=tattile.NAME)
        task = asyncio.current_task()
        self._taking |= {task} if task is not None else set()
        try:
            while True:
                try:
                    await self._intake.take(context, post)
                except Unavailable:
                    await self._clock.sleep(RETRY_SECONDS)
                else:
                    return True
        finally:
            self._taking -= {task} if task is not None else set()

    async def _drain(self) -> None:
        """Cut who is only connected, and let what is being made durable finish."""
        self._is_stopping = True
        for task in self._open.keys() - self._taking:
            task.cancel()
        if self._taking:
            await asyncio.wait(self._taking.copy(), timeout=self._limits.drain_seconds)
        left = set(self._open)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

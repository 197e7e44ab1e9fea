"""The hub of the live stream: every replica follows the alerts topic on its own and fans out to its own listeners.

Nothing is sent to anybody before its audit record, naming them, is acknowledged. While the audit log or the store is
away the next event is held, and everything behind it waits in the topic: nothing is lost, nothing is shown, and the
order stays.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from rasid.errors import TemporarilyUnavailable, Unavailable
from rasid.identity.disclosure import Disclosure
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.ports import Bounds
from rasid.stream.received import Received
from services.alerts import live_frames
from services.alerts.catching_up import catch_up
from services.alerts.listener import Listener, Reason
from services.alerts.live_audit import LiveAudit
from services.alerts.live_window import Item, Position, Window, read_position
from services.alerts.owners import Owner

PART = "live stream"
AGAIN_SECONDS = 1.0
TICK_SECONDS = 1.0
LOST = Position(epoch="", offset=0)

log = get_logger(__name__)


class Tail(Protocol):
    """The alerts topic. `rasid.stream.tail.Tail` is one."""

    async def epoch(self) -> str:
        """The name of this incarnation of the topic. Raises Unavailable."""

    async def bounds(self) -> Bounds:
        """The first offset kept, and the next one to come. Raises Unavailable."""

    def follow(self, offset: int) -> AsyncGenerator[Received, None]:
        """Every event from `offset` on, for ever."""


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How many events can be resumed over, how many may wait for one listener, and how often a ping is sent."""

    window_events: int = 10_000
    queue_events: int = 1_000
    ping_seconds: float = 15.0


class LiveHub:
    """Takes every event of the topic once, and gives it to the listeners who may see it."""

    def __init__(
        self,
        tail: Tail,
        audit: LiveAudit,
        *,
        settings: LiveSettings,
        clock: Clock,
        metrics: Metrics,
        readiness: Readiness,
        pulse: Pulse,
    ) -> None:
        self._tail = tail
        self._audit = audit
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._readiness = readiness
        self._pulse = pulse
        self._listeners: set[Listener] = set()
        self._window: Window | None = None
        self._live_from = 0
        self._is_closed = False
        readiness.not_ready(PART, "has not reached the alerts topic yet")

    async def run(self) -> None:
        """Follow the topic until cancelled. When it has gone back (made anew, cut short), everybody starts afresh."""
        while True:
            window = await self._begin()
            async with aclosing(self._tail.follow(window.end)) as events:
                async for received in events:
                    if received.offset < window.end:
                        break
                    await self._take(Item(received.offset, received.event), window)
            log.warning("the alerts topic went back; live streams start afresh", expected=window.end)
            self._window = None
            self._end_all("reset")

    async def run_ticks(self) -> None:
        """Until cancelled: show signs of life, and end the streams whose token or case has ended."""
        pinged = self._clock.monotonic()
        while True:
            await self._clock.sleep(TICK_SECONDS)
            is_due = self._clock.monotonic() - pinged >= self._settings.ping_seconds
            if is_due:
                pinged = self._clock.monotonic()
            for listener in tuple(self._listeners):
                if listener.may_see() and is_due and self._window is not None:
                    reached = max(listener.after, self._window.end - 1)
                    listener.push(live_frames.ping(Position(listener.epoch, reached)))

    async def resume(self, last_event_id: str | None) -> Position | None:
        """Where somebody who connects wants to go on, None for now. Raises TemporarilyUnavailable or Unavailable."""
        if last_event_id is None:
            return None
        newest = self._newest(self._current())
        position = read_position(last_event_id) or LOST
        is_ahead = position.epoch == newest.epoch and position.offset > newest.offset
        if is_ahead and position.offset >= (await self._tail.bounds()).end:
            return LOST  # the topic was cut short: what comes next has offsets this listener has seen already
        return position

    def join(self, use: Disclosure, position: Position | None) -> Listener:
        """Connect somebody: what comes after `position` is theirs from now on. Raises TemporarilyUnavailable."""
        window = self._current()
        newest = self._newest(window)
        missed = None if position is None else window.after(position)
        if position is None:
            greeting, after = live_frames.hello(newest), newest.offset
        elif missed is None:
            greeting, after = live_frames.reset(newest), newest.offset
        else:
            greeting, after = live_frames.hello(position), max(position.offset, window.end - 1)
        listener = Listener(
            use,
            greeting,
            epoch=window.epoch,
            after=after,
            missed=missed or [],
            limit=self._settings.queue_events,
        )
        self._listeners.add(listener)
        self._metrics.live_listeners.set(len(self._listeners))
        return listener

    def leave(self, listener: Listener) -> None:
        """Somebody is not connected any more."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            self._metrics.live_listeners.set(len(self._listeners))
            if listener.reason is not None:
                self._metrics.live_cut.labels(listener.reason).inc()

    async def stream(self, listener: Listener) -> AsyncIterator[bytes]:
        """All that is sent to a listener: a greeting, what they missed, and then what happens."""
        yield listener.greeting
        async for frame in catch_up(listener, self._audit, self._clock):
            yield frame
        async for frame in listener.frames():
            yield frame

    def close(self) -> None:
        """End all streams and take no more: the process stops. Their people resume on another replica."""
        self._is_closed = True
        self._end_all("stopping")

    async def _begin(self) -> Window:
        while True:
            try:
                epoch, bounds = await self._tail.epoch(), await self._tail.bounds()
            except Unavailable as error:
                await self._wait(error)
            else:
                break
        start = max(bounds.first, bounds.end - self._settings.window_events)
        self._window = Window(epoch, start, self._settings.window_events)
        self._live_from = bounds.end
        self._readiness.ready(PART)
        return self._window

    async def _take(self, item: Item, window: Window) -> None:
        """Fan an event out and remember it, in one step: whoever connects gets it either now or from the window."""
        frame = live_frames.frame(item, window.epoch)
        recipients = set() if window.is_known(item.event.id) else await self._recorded(item, frame)
        for listener in recipients:
            listener.push(frame)
        window.take(item)

    async def _recorded(self, item: Item, frame: bytes) -> set[Listener]:
        """Those who may see an event, each named in an audit record. Whoever connects meanwhile is named as well."""
        named: set[Listener] = set()
        while True:
            try:
                owner = (await self._audit.owners([item])).get(item.alert_id) if self._waiting(item) else None
                missing = set() if owner is None else self._waiting(item, owner) - named
                if owner is None or not missing:
                    break
                await self._audit.write(item, owner, frame, missing)
                named |= missing
            except Unavailable as error:
                self._metrics.live_held.set(1)
                await self._wait(error)
        self._metrics.live_held.set(0)
        self._readiness.ready(PART)
        return named

    def _waiting(self, item: Item, owner: Owner | None = None) -> set[Listener]:
        return {
            listener
            for listener in self._listeners
            if listener.after < item.offset and (owner is None or listener.sees(owner)) and listener.may_see()
        }

    async def _wait(self, error: Unavailable) -> None:
        self._readiness.not_ready(PART, str(error))
        self._pulse.beat()
        await self._clock.sleep(AGAIN_SECONDS)

    def _current(self) -> Window:
        if self._window is None or self._is_closed:
            raise TemporarilyUnavailable(
                "live-stream-unavailable",
                "The live stream is starting or stopping: connect again in a moment.",
                headers={"Retry-After": "2"},
            )
        return self._window

    def _newest(self, window: Window) -> Position:
        return Position(window.epoch, max(window.end, self._live_from) - 1)

    def _end_all(self, reason: Reason) -> None:
        for listener in self._listeners:
            listener.end(reason)

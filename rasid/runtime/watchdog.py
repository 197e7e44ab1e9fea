"""Ends a process that no longer does its work, so that whoever supervises it starts a fresh one.

A blocked event loop cannot notice that it is blocked, so a thread watches. `/live` answers with the same check.
"""

import os
import threading
from collections.abc import Callable

from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger

EXIT_STUCK = 70
BEAT_SECONDS = 1.0

log = get_logger(__name__)


class Pulse:
    """A sign of life of one part. A part that rests on purpose says so, and is not expected to beat."""

    def __init__(self, name: str, limit_seconds: float, clock: Clock) -> None:
        self.name = name
        self.limit_seconds = limit_seconds
        self._clock = clock
        self._last = clock.monotonic()
        self._resting = False

    def beat(self, since: float | None = None) -> None:
        """The part is alive and did its work: just now, or last at `since` (monotonic seconds)."""
        self._last = self._clock.monotonic() if since is None else since
        self._resting = False

    def rest(self) -> None:
        """The part has nothing to do, on purpose, until the next beat."""
        self._resting = True

    @property
    def silent_seconds(self) -> float:
        """How long the part has not shown life; 0 while it rests."""
        return 0.0 if self._resting else self._clock.monotonic() - self._last

    @property
    def is_stuck(self) -> bool:
        """Whether the part has been silent for longer than it may be."""
        return self.silent_seconds > self.limit_seconds


def end_process() -> None:
    """End at once: a stuck process cannot be trusted to clean up, and nothing it acknowledged depends on it."""
    os._exit(EXIT_STUCK)


class Watchdog:
    """Watches pulses from a thread of its own."""

    def __init__(self, clock: Clock, *, on_stuck: Callable[[], None] = end_process) -> None:
        self._clock = clock
        self._on_stuck = on_stuck
        self._pulses: list[Pulse] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def pulse(self, name: str, limit_seconds: float) -> Pulse:
        """Watch one more part."""
        pulse = Pulse(name, limit_seconds, self._clock)
        self._pulses.append(pulse)
        return pulse

    def stuck(self) -> list[str]:
        """The names of the parts that are stuck; empty when the process is alive."""
        return [pulse.name for pulse in self._pulses if pulse.is_stuck]

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; the process is on its way out in good order."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(timeout=0.25):
            stuck = self.stuck()
            if stuck:
                log.error("the process is stuck and ends", parts=stuck)
                self._on_stuck()
                return


async def show_life(pulse: Pulse, clock: Clock) -> None:
    """Beat as long as the event loop turns, until cancelled."""
    while True:
        pulse.beat()
        await clock.sleep(BEAT_SECONDS)

"""The second lane: empties the spool of this process, and of folders it took over, beside what goes live.

At a bounded rate, so that live events are not held up by it. While nothing gets through, one row at a time is tried:
that is the probe that closes the circuit. Here it is also told how the spool is, and what has outlived its time goes.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.circuit import Circuit
from rasid.stream.spool_lane import SpoolLane, Step

# How often a batch goes: the rate in pieces of this length.
TICK_SECONDS = 0.1
PROBE_SECONDS = 1.0
SWEEP_SECONDS = 30.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Away:
    """How a drain knows of what it empties to: its name, its circuit, and how many sends it has acknowledged in all.

    `is_vital`: the service cannot do its work when this is away and the spool full.
    """

    name: str
    circuit: Circuit
    acknowledged: Callable[[], int]
    is_vital: bool = True


class Drain:
    """Empties lanes, the oldest first. `lanes` may grow while it runs; the first is this process's own."""

    def __init__(
        self,
        own: SpoolLane,
        away: Away,
        *,
        per_second: float,
        limit_bytes: int,
        clock: Clock,
        metrics: Metrics,
        readiness: Readiness,
        pulse: Pulse,
    ) -> None:
        self.lanes = [own]
        self._own = own.spool
        self._away = away
        self._per_second = per_second
        self._clock = clock
        self._metrics = metrics
        self._readiness = readiness
        self._pulse = pulse
        self._kind = own.spool.kind
        self._part = f"the spool of {own.spool.kind}"
        self._swept_at = -SWEEP_SECONDS
        self._is_told_open = False
        self._turns = asyncio.Lock()
        metrics.spool_limit_bytes.labels(self._kind).set(limit_bytes)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = self._clock.monotonic()
            self._pulse.beat()
            async with self._turns:
                pause_seconds = await self._turn()
            self._tell()
            spent_seconds = self._clock.monotonic() - began
            await self._clock.sleep(max(0.0, pause_seconds - spent_seconds))

    async def detach(self, lane: SpoolLane) -> None:
        """Return when this has nothing more to do with the lane: between two turns, so that its file can be closed."""
        async with self._turns:
            if lane in self.lanes:
                self.lanes.remove(lane)

    async def _turn(self) -> float:
        """One batch, or one probe; returns how long after its beginning the next one may begin."""
        try:
            if not self._own.is_hanging:  # else whatever is asked of the disk waits as well
                await self._prove()
                await self._sweep()
            if self._away.circuit.is_open:
                await self._probe()
                return PROBE_SECONDS
            step = await self._step(max(1, round(self._per_second * TICK_SECONDS)))
        except Unavailable as error:
            log.warning("the spool does not work", kind=self._kind, why=str(error))
            return PROBE_SECONDS
        if step.trouble is None:
            return max(TICK_SECONDS, step.arrived / self._per_second)
        self._failed(step.trouble)
        return PROBE_SECONDS

    async def _prove(self) -> None:
        """A disk that takes nothing new may still give what is on it, and has nothing to do with what is away."""
        if not self._own.is_failing:
            return
        try:
            await self._own.prove()
        except Unavailable as error:
            log.warning("the spool still takes nothing", kind=self._kind, why=str(error))

    async def _probe(self) -> None:
        """With the oldest that waits; where the spool has none to give, the next live send tries."""
        if self._own.is_hanging or not any(lane.spool.rows for lane in self.lanes):
            self._let_live_try()
            return
        try:
            step = await self._step(1)
        except Unavailable:
            self._let_live_try()
            raise
        if step.arrived:
            self._away.circuit.probed()
            log.info("it acknowledges again: what waits goes beside what comes", what=self._away.name)

    def _let_live_try(self) -> None:
        """What tries may be lost while the disk fails: an outage is told first, so that others get what comes."""
        if self._is_told_open or not self._own.is_failing:
            self._away.circuit.half_open()

    async def _step(self, limit: int) -> Step:
        """Of the lane whose oldest has waited longest; of the next one when its disk does not work."""
        waiting = [lane for lane in self.lanes if lane.spool.rows]
        waiting.sort(key=lambda lane: lane.spool.oldest_seconds, reverse=True)
        for number, lane in enumerate(waiting, 1):
            try:
                step = await lane.step(limit)
                if not lane.spool.rows:
                    await lane.spool.give_back()
            except Unavailable as error:
                if number == len(waiting):
                    raise
                log.warning("a spool does not work", kind=self._kind, why=str(error))
            else:
                return step
        return Step(0, None)

    def _failed(self, trouble: Unavailable) -> None:
        if self._away.circuit.failed(self._away.acknowledged()):
            log.error("what the spool is for does not acknowledge", what=self._away.name, why=str(trouble))

    async def _sweep(self) -> None:
        if self._clock.monotonic() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = self._clock.monotonic()
        for lane in list(self.lanes):
            try:
                await lane.sweep()
            except Unavailable as error:
                log.warning("a spool cannot be swept", kind=self._kind, why=str(error))

    def _tell(self) -> None:
        """Say how the spool is: to whoever scrapes, and to whoever asks whether the service can do its work."""
        spools = [lane.spool for lane in self.lanes]
        rows = sum(spool.rows for spool in spools)
        oldest_seconds = max(spool.oldest_seconds for spool in spools)
        self._metrics.spool_depth.labels(self._kind).set(rows)
        self._metrics.spool_bytes.labels(self._kind).set(sum(spool.size_bytes for spool in spools))
        self._metrics.spool_oldest_seconds.labels(self._kind).set(oldest_seconds)
        self._is_told_open = self._away.circuit.is_open
        self._metrics.circuit_open.labels(self._kind).set(self._is_told_open)
        self._say(rows, oldest_seconds)

    def _say(self, rows: int, oldest_seconds: float) -> None:
        trouble: str | None = None
        if self._own.is_failing:
            trouble = "its disk does not take what is to be written"
        elif self._own.is_full:
            trouble = "it is full"
        if trouble is not None and self._away.circuit.is_open and self._away.is_vital:
            self._readiness.not_ready(self._part, f"{trouble}, and {self._away.name} is away")
        elif trouble is not None:
            self._readiness.degrade(self._part, trouble)
        elif rows:
            self._readiness.degrade(self._part, f"{rows} wait for {self._away.name}, the oldest {oldest_seconds:.0f} s")
        else:
            self._readiness.ready(self._part)

"""Load from a process of its own: what is due is offered whatever the answers take, by so many connections at most.

Bare protocols and prepared bytes: on two cores whoever offers must cost little beside what is measured.
"""

import asyncio
import multiprocessing
import time
from array import array
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, cast

import msgspec
import uvloop

from benchmarks._load import LOOPBACK, OK

TICK_SECONDS = 0.002
PATIENCE_SECONDS = 10.0
WITHHELD, TIMED_OUT, CUT = 0, 1, 2
NO_ANSWER = {WITHHELD: "withheld", TIMED_OUT: "timed_out", CUT: "cut"}


class Posts(Protocol):
    """Makes requests; it is sent to the other process."""

    def request(self, number: int) -> bytes:
        """One request as it goes over the wire, like no other."""


@dataclass(frozen=True, slots=True)
class Step:
    """So many requests a second for so long; without a `rate` every connection is kept busy."""

    rate: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What is offered, step after step without a break; `first` is the number of the first request."""

    port: int
    posts: Posts
    steps: tuple[Step, ...]
    connections: int
    first: int = 0


@dataclass(slots=True)
class Heard:
    """What came back: of each request when it was due (since the begin), how long after that it was answered, and how.

    A status may be one of `NO_ANSWER`: withheld because no connection was idle, timed out, or cut by the other side.
    """

    due: "array[float]" = field(default_factory=lambda: array("d"))
    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    status: "array[int]" = field(default_factory=lambda: array("h"))
    accepted: list[str] = field(default_factory=list)
    without_retry_after: int = 0

    def between(self, begin_seconds: float, end_seconds: float) -> "Heard":
        """The rows that were due then."""
        rows = zip(self.due, self.seconds, self.status, strict=True)
        found = [row for row in rows if begin_seconds <= row[0] < end_seconds]
        due, seconds, status = zip(*found, strict=True) if found else ((), (), ())
        return Heard(array("d", due), array("d", seconds), array("h", status))

    def outcomes(self) -> Counter[str]:
        """How many there are of each status."""
        return Counter(NO_ANSWER.get(status, str(status)) for status in self.status)

    def percentile_ms(self, percent: float, *, refused: bool = False) -> float | None:
        """Until an answer 200, or until any other; None when there is none."""
        rows = zip(self.seconds, self.status, strict=True)
        ordered = sorted(seconds for seconds, status in rows if status not in NO_ANSWER and (status != OK) == refused)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000, 1) if ordered else None


async def offer(load: Load) -> Heard:
    """Offer it from another process and return what came back."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _offer, load)


def _offer(load: Load) -> Heard:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_Offering(load).run())


class _Offering:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._heard = Heard()
        self._idle: list[_Wire] = []
        self._busy: dict[_Wire, float] = {}  # since when, the oldest first
        self._bodies: list[bytes] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._number = load.first
        self._began = self._step_ends = 0.0
        self._rate: float | None = 0.0

    async def run(self) -> Heard:
        """Offer all of it, wait for the last answers, and say what came back."""
        await asyncio.gather(*(self._open() for _ in range(self._load.connections)))
        self._began = self._step_ends = time.perf_counter()
        for step in self._load.steps:
            await self._take_step(step)
        self._rate = 0.0
        while self._busy:
            self._lose_patience()
            await asyncio.sleep(TICK_SECONDS)
        await asyncio.gather(*self._opening, return_exceptions=True)
        for wire in self._idle:
            wire.transport.abort()
        self._heard.accepted = [one for body in self._bodies if body for one in msgspec.json.decode(body)["accepted"]]
        return self._heard

    async def _take_step(self, step: Step) -> None:
        began, first = self._step_ends, self._number
        self._rate, self._step_ends = step.rate, began + step.seconds
        while (now := time.perf_counter()) < self._step_ends:
            if step.rate is None:
                while self._idle:
                    self._ask(self._idle.pop(), now)
            else:
                while self._number < first + int((now - began) * step.rate):
                    self._ask_or_withhold(began + (self._number - first) / step.rate)
            self._lose_patience()
            await asyncio.sleep(TICK_SECONDS)

    def answered(self, wire: "_Wire", status: int, head: bytes, body: bytes) -> None:
        """A connection has its answer and can be used again."""
        self._note(self._busy.pop(wire), status)
        if status == OK:
            self._bodies.append(body)
        elif b"\r\nretry-after:" not in head:
            self._heard.without_retry_after += 1
        if self._rate is None:
            self._ask(wire, time.perf_counter())
        else:
            self._idle.append(wire)

    def lost(self, wire: "_Wire") -> None:
        """The other side closed a connection, whether something was asked on it or not."""
        if wire in self._busy:
            self._note(self._busy.pop(wire), CUT)
        elif wire in self._idle:
            self._idle.remove(wire)
        if time.perf_counter() < self._step_ends:
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _ask_or_withhold(self, due: float) -> None:
        if self._idle:
            self._ask(self._idle.pop(), due)
        else:
            self._number += 1
            self._note(due, WITHHELD)

    def _ask(self, wire: "_Wire", due: float) -> None:
        self._busy[wire] = due
        wire.transport.write(self._load.posts.request(self._number))
        self._number += 1

    def _note(self, due: float, status: int) -> None:
        self._heard.due.append(due - self._began)
        self._heard.seconds.append(time.perf_counter() - due)
        self._heard.status.append(status)

    def _lose_patience(self) -> None:
        before = time.perf_counter() - PATIENCE_SECONDS
        while self._busy and next(iter(self._busy.values())) < before:
            wire = next(iter(self._busy))
            self._note(self._busy.pop(wire), TIMED_OUT)
            wire.transport.abort()  # which is heard of as lost, and replaced

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(lambda: _Wire(self), LOOPBACK, self._load.port)
        self._idle.append(wire)


class _Wire(asyncio.Protocol):
    """One connection, one request at a time."""

    transport: asyncio.Transport

    def __init__(self, offering: _Offering) -> None:
        self._offering = offering
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, blank, body = self._came.partition(b"\r\n\r\n")
        if not blank:
            return
        head = head.lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
        if len(body) >= length:
            self._came = b""
            self._offering.answered(self, int(head[9:12]), head, body)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._offering.lost(self)

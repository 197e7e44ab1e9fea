"""What waits on the local disk, as the event loop sees it: bounded, counted, and durable when `append` returns.

The disk is written by one thread. What comes while it writes is written together with the next transaction: one
forced write for hundreds, without which a disk does a hundred or two a second.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from rasid.errors import Full, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.deadline import Deadlines
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.spool_file import WHAT, SpoolFile
from rasid.stream.spool_row import Fresh, Row

T = TypeVar("T")
Kind = Literal["events", "pictures"]
Waiting = tuple[asyncio.Future[None], Fresh]

MOST_TOGETHER = 1024
# What the disk has not begun to write is in memory only: so much of it, whatever may lie on the disk.
MOST_WAITING_BYTES = 32 * 1024 * 1024
# A disk that takes longer hangs: it must not hold whoever posts.
APPEND_SECONDS = 5.0
# It is full until so much of it is free again, so that the word does not change with each event.
STILL_FULL_RATIO = 0.95

log = get_logger(__name__)


class Spool:
    """One folder's spool; `limit_bytes` None for one that is only emptied. `open` comes first and `close` last."""

    def __init__(self, folder: Path, *, kind: Kind, limit_bytes: int | None, clock: Clock, metrics: Metrics) -> None:
        self.kind = kind
        self.rows = 0
        self.size_bytes = 0
        self.oldest_ms: int | None = None
        """When the oldest came, in `now_ms`, as of the last look."""
        self.is_full = False
        """Whether something was refused for want of room, and little has gone since."""
        self._file = SpoolFile(file_of(folder, kind))
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._deadlines = Deadlines()
        self._waiting: dict[asyncio.Future[None], Fresh] = {}
        self._waiting_bytes = 0
        self._writing: asyncio.Future[None] | None = None
        self._writing_since = 0.0
        self._has_failed = False
        # Ages are measured from here by the clock that never jumps: a clock that is set must not make things old.
        self._opened_ms = round(clock.now().timestamp() * 1000)
        self._opened_at = clock.monotonic()

    @property
    def now_ms(self) -> int:
        """Now, as ages in this spool are measured."""
        return self._opened_ms + round((self._clock.monotonic() - self._opened_at) * 1000)

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest has waited; 0 when nothing waits."""
        return 0.0 if self.oldest_ms is None else max(0.0, (self.now_ms - self.oldest_ms) / 1000)

    @property
    def is_hanging(self) -> bool:
        """Whether the disk has not answered for so long that nobody should wait for it."""
        return self._writing is not None and self._clock.monotonic() - self._writing_since > APPEND_SECONDS

    @property
    def is_failing(self) -> bool:
        """Whether the disk did not take what was to be written last, or hangs."""
        return self._has_failed or self.is_hanging

    @property
    def lost(self) -> int:
        """Rows that a damaged file has cost since this spool was opened, as far as can be told."""
        return self._file.lost

    async def open(self) -> None:
        """Open the file, or make it, and count what is there; raises Unavailable."""
        await self._do(lambda: self._file.open(self._opened_ms))
        await self.count()

    async def close(self) -> None:
        """Finish what is being written and let go of the file."""
        while self._writing is not None:
            await asyncio.wait([self._writing])
            await asyncio.sleep(0)  # what waited is written next, by the callback
        await self._do(self._file.close)
        self._thread.shutdown(wait=False)

    async def append(self, kind: str, body: bytes, *, deadline_seconds: float = APPEND_SECONDS) -> None:
        """Return when it is on the disk; raises Full and Unavailable (what the disk was late with may be kept)."""
        fresh = Fresh(kind, self.now_ms, body)
        self._check_room(fresh)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._add(1, fresh.size_bytes)
        self._waiting[done] = fresh
        self._waiting_bytes += fresh.size_bytes
        self._write()
        try:
            with self._deadlines.within(deadline_seconds):
                await done
        except TimeoutError:
            if self._waiting.pop(done, None) is not None:
                self._waiting_bytes -= fresh.size_bytes
                self._add(-1, -fresh.size_bytes)
            raise self._failing(f"its disk did not take it within {deadline_seconds:g} s") from None
        self._metrics.spool_added.labels(self.kind).inc()

    async def oldest(self, limit: int) -> list[Row]:
        """What came first, in order; raises Unavailable."""
        rows = await self._ask(lambda: self._file.oldest(limit))
        self.oldest_ms = rows[0].spooled_ms if rows else None
        return rows

    async def older(self, kind: str, before_ms: int, limit: int) -> list[Row]:
        """What of this kind came before; raises Unavailable."""
        return await self._ask(lambda: self._file.older(kind, before_ms, limit))

    async def exchange(self, removed: Sequence[Row], added: Sequence[tuple[str, bytes]] = ()) -> None:
        """Forget rows and keep what stands for them, whatever the bound, all at once; raises Unavailable."""
        fresh = [Fresh(kind, self.now_ms, body) for kind, body in added]
        await self._do(lambda: self._file.commit(fresh, [row.number for row in removed]))
        size_bytes = sum(one.size_bytes for one in fresh) - sum(row.size_bytes for row in removed)
        self._add(len(fresh) - len(removed), size_bytes)

    async def count(self) -> None:
        """Count anew what waits, as after a failure; raises Unavailable."""
        # What is written already is counted by the file, what comes after this is added as always.
        waiting = [fresh.size_bytes for fresh in self._waiting.values()]
        rows, size_bytes = self.rows, self.size_bytes
        depth = await self._do(self._file.depth)
        self.rows += depth.rows + len(waiting) - rows
        self.size_bytes += depth.size_bytes + sum(waiting) - size_bytes
        self.oldest_ms = depth.oldest_ms

    async def prove(self) -> None:
        """See whether the disk takes anything again, after it did not; raises Unavailable."""
        await self._ask(self._file.prove)
        self._has_failed = False
        await self.count()

    async def give_back(self) -> None:
        """Give the disk back what is not needed; raises Unavailable."""
        await self._do(self._file.give_back)

    async def delete(self) -> None:
        """Remove the file; only when nothing waits; raises Unavailable."""
        await self._do(self._file.delete)

    def _check_room(self, fresh: Fresh) -> None:
        """Raise Full, or Unavailable when the disk lags or hangs."""
        if self._limit_bytes is not None and self.size_bytes + fresh.size_bytes > self._limit_bytes:
            self.is_full = True
            self._metrics.spool_refused.labels(self.kind, "full").inc()
            raise Full(WHAT, "it holds as much as it may")
        if self.is_hanging:
            raise self._failing("its disk hangs")
        if self._waiting and self._waiting_bytes + fresh.size_bytes > MOST_WAITING_BYTES:
            raise self._failing("its disk is too slow for what comes")

    def _failing(self, why: str) -> Unavailable:
        self._metrics.spool_refused.labels(self.kind, "failing").inc()
        return Unavailable(WHAT, why)

    def _add(self, rows: int, size_bytes: int) -> None:
        self.rows += rows
        self.size_bytes += size_bytes
        if not self.rows:
            self.oldest_ms = None
        elif self.oldest_ms is None:
            self.oldest_ms = self.now_ms
        if self.is_full and self._limit_bytes is not None:
            self.is_full = self.size_bytes > self._limit_bytes * STILL_FULL_RATIO

    def _write(self) -> None:
        """Hand what waits to the thread, unless it writes already."""
        if self._writing is not None or not self._waiting:
            return
        batch = list(islice(self._waiting.items(), MOST_TOGETHER))
        for done, fresh in batch:
            del self._waiting[done]
            self._waiting_bytes -= fresh.size_bytes
        rows = [fresh for _, fresh in batch]
        self._writing_since = self._clock.monotonic()
        self._writing = asyncio.get_running_loop().run_in_executor(self._thread, self._file.commit, rows)
        self._writing.add_done_callback(partial(self._written, batch))

    def _written(self, batch: Sequence[Waiting], writing: asyncio.Future[None]) -> None:
        self._writing = None
        error = writing.exception()
        self._has_failed = error is not None
        for done, _ in batch:
            if done.done():
                continue  # whoever waited has gone; it is kept all the same
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(_copy(error))
        if error is not None:
            self._failed(error, batch)
        self._write()

    def _failed(self, error: BaseException, batch: Sequence[Waiting]) -> None:
        self._add(-len(batch), -sum(fresh.size_bytes for _, fresh in batch))
        self._metrics.spool_refused.labels(self.kind, "failing").inc(len(batch))
        log.error("the spool could not be written", kind=self.kind, number=len(batch), why=str(error))

    async def _ask(self, work: Callable[[], T]) -> T:
        """Do what changes nothing that we count; whoever asks does not wait for a disk that hangs."""
        try:
            with self._deadlines.within(APPEND_SECONDS):
                return await self._do(work)
        except TimeoutError:
            raise Unavailable(WHAT, f"its disk did not answer within {APPEND_SECONDS:g} s") from None

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def file_of(folder: Path, kind: Kind) -> Path:
    """Where a folder's spool of this kind lies."""
    return folder / f"{kind}.db"


def _copy(error: BaseException) -> BaseException:
    """An error of its own for each who waits: raising one makes it longer."""
    return type(error)(error.what, error.detail) if isinstance(error, Unavailable) else error

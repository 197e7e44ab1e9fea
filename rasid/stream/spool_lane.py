"""Empties one spool in its order: what has the same key goes one after the other, different keys at the same time.

A row is forgotten once it has arrived. A process that dies in between delivers it again, with the same id. What cannot
be delivered any more is forgotten together with writing down that it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.spool import Spool
from rasid.stream.spool_losses import Loss, damaged, expired, refused, unreadable
from rasid.stream.spool_row import Row

SWEPT_AT_ONCE = 500

log = get_logger(__name__)


class Outlet(Protocol):
    """Where rows go."""

    def key(self, body: bytes) -> bytes:
        """What is kept in order."""

    async def send(self, body: bytes) -> None:
        """Return when it has arrived; raises Unavailable, or InvalidEvent when it never will."""

    def record(self, loss: Loss) -> tuple[str, bytes] | None:
        """The row, as kind and body, that says of a loss; None when the log is enough."""


class Step(Struct, frozen=True):
    """How many rows have arrived, and why others did not; None when all did."""

    arrived: int
    trouble: Unavailable | None


class SpoolLane:
    """One spool and where it empties to. `retention_seconds` is by kind of row; other kinds never expire."""

    def __init__(
        self, spool: Spool, outlet: Outlet, *, retention_seconds: Mapping[str, float], metrics: Metrics
    ) -> None:
        self.spool = spool
        self._outlet = outlet
        self._retention_seconds = retention_seconds
        self._metrics = metrics
        self._gone: list[Row] = []
        self._losses: list[Loss] = []
        self._unreadable = 0

    async def step(self, limit: int) -> Step:
        """Deliver what came first, so many rows at most; raises Unavailable when the spool itself does not work."""
        await self._forget()
        rows = await self.spool.oldest(limit)
        chains: dict[bytes, list[tuple[Row, bytes]]] = {}
        altered: list[Row] = []
        for row in rows:
            if row.body is None:
                altered.append(row)
            else:
                chains.setdefault(self._outlet.key(row.body), []).append((row, row.body))
        results = await asyncio.gather(*(self._send(key, chain) for key, chain in chains.items()))
        refusals = [loss for result in results for loss in result.losses]
        self._gone = [row for result in results for row in result.gone] + altered
        self._losses = [*refusals, *damaged(altered)]
        arrived = len(self._gone) - len(refusals) - len(altered)
        await self._forget()
        self._metrics.spool_drained.labels(self.spool.kind).inc(arrived)
        return Step(arrived, next((result.trouble for result in results if result.trouble is not None), None))

    async def sweep(self) -> None:
        """Delete what has outlived its time, and write that down; raises Unavailable."""
        if lost := self.spool.lost - self._unreadable:
            await self.spool.count()
            await self._lose([], [unreadable(lost, self.spool.kind, self.spool.now_ms)])
            self._unreadable += lost
        for kind, seconds in self._retention_seconds.items():
            before_ms = self.spool.now_ms - round(seconds * 1000)
            while rows := await self.spool.older(kind, before_ms, SWEPT_AT_ONCE):
                whole = [(self._outlet.key(row.body), row) for row in rows if row.body is not None]
                await self._lose(rows, [*expired(whole), *damaged([row for row in rows if row.body is None])])

    async def _send(self, key: bytes, chain: Sequence[tuple[Row, bytes]]) -> "_Sent":
        gone: list[Row] = []
        losses: list[Loss] = []
        for row, body in chain:
            try:
                await self._outlet.send(body)
            except InvalidEvent as error:
                losses.append(refused(key, row, error, body))
            except Unavailable as error:
                return _Sent(gone, losses, error)
            gone.append(row)
        return _Sent(gone, losses, None)

    async def _forget(self) -> None:
        """Forget what has gone; when the disk does not take that now, the next step begins with it."""
        if self._gone:
            await self._lose(self._gone, self._losses)
            self._gone, self._losses = [], []

    async def _lose(self, rows: Sequence[Row], losses: Sequence[Loss]) -> None:
        records = [record for loss in losses if (record := self._outlet.record(loss)) is not None]
        await self.spool.exchange(rows, records)
        for loss in losses:
            self._metrics.spool_lost.labels(self.spool.kind, loss.reason).inc(loss.rows)
            log.error("what was accepted does not arrive", reason=loss.reason, of=loss.kind, number=loss.rows)


class _Sent(Struct, frozen=True):
    """What became of one chain: rows that need not be kept, losses among them, and what ended it."""

    gone: list[Row]
    losses: list[Loss]
    trouble: Unavailable | None

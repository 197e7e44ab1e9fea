"""Durable appends to the spool against SQLite's bare batch commit, on the same disk, in the same run.

A row is an event of 2 KB. The limit commits batches as large as those that the spool makes of so many waiters, from one
thread that does nothing else. One waiter alone has no group: it shows what a forced write and two threads cost.
"""

import asyncio
import os
import sqlite3
import tempfile
import time
from pathlib import Path

from benchmarks._bench import metrics, report, run
from rasid.runtime.clock import SystemClock
from rasid.stream.spool import Spool
from rasid.stream.spool_row import SCHEMA

BODY = os.urandom(2048)
SECONDS = 3.0
ROUNDS = 3
AT_ONCE = 256
GOAL_PER_SECOND = 2000


async def appended(folder: Path, waiters: int) -> float:
    """Durable appends a second, of so many waiters at a time."""
    spool = Spool(folder, kind="events", limit_bytes=None, clock=SystemClock(), metrics=metrics())
    await spool.open()
    until = time.perf_counter() + SECONDS
    count = 0

    async def waiter() -> None:
        nonlocal count
        while time.perf_counter() < until:
            await spool.append("rasid.detections.v1", BODY)
            count += 1

    began = time.perf_counter()
    await asyncio.gather(*(waiter() for _ in range(waiters)))
    rate = count / (time.perf_counter() - began)
    assert spool.rows == count
    await spool.close()
    return rate


def bare(path: Path, batch: int) -> float:
    """Rows a second that SQLite commits by itself, so many at a time, with the same schema and as durable."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + SCHEMA)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        rows = [(number, "rasid.detections.v1", 1, 2144, 0, BODY) for number in range(count, count + batch)]
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.execute("COMMIT")
        count += batch
    rate = count / (time.perf_counter() - began)
    database.close()
    return rate


async def main() -> None:
    """Measure in turn."""
    pairs = []
    with tempfile.TemporaryDirectory(prefix="rasid-bench-", dir=".") as root:
        for number in range(ROUNDS):
            folder = Path(root) / str(number)
            folder.mkdir()
            ours = await appended(folder, AT_ONCE)
            pairs.append((ours, await asyncio.to_thread(bare, folder / "bare.db", AT_ONCE)))
        alone_folder = Path(root) / "alone"
        alone_folder.mkdir()
        alone = await appended(alone_folder, 1)
        single = await asyncio.to_thread(bare, alone_folder / "bare.db", 1)
    report(
        "spool_append",
        "durable appends/s",
        [figure for figure, _ in pairs],
        [bound for _, bound in pairs],
        goal_ratio=0.3,
        limit=f"SQLite's bare commits of {AT_ONCE} rows, WAL, synchronous=FULL",
        waiters=AT_ONCE,
        goal_per_second=GOAL_PER_SECOND,
        one_waiter=round(alone),
        bare_single_commits=round(single),
    )


if __name__ == "__main__":
    run(main())

"""What every benchmark needs: engines of its own, and one way to print a figure beside its limit."""

import asyncio
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import uvloop
from prometheus_client import CollectorRegistry

from rasid.runtime.metrics import Metrics
from tools.engines.engine import Engine
from tools.engines.kafka import Kafka

E = TypeVar("E", bound=Engine)

KIBIBYTES_PER_MEBIBYTE = 1024


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a benchmark on the event loop that the services run on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


@asynccontextmanager
async def started(engine: Callable[[Path], E]) -> AsyncIterator[E]:
    """An engine of our own on an empty folder, such as `started(SecantusRs)`.

    One that has to be built is built first, which takes minutes and is told on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="rasid-bench-") as folder:
        running = engine(Path(folder))
        await running.start(lambda line: print(line, file=sys.stderr))
        try:
            yield running
        finally:
            await running.stop()


@asynccontextmanager
async def broker() -> AsyncIterator[str]:
    """A Kafka node of our own with the full just-in-time compiler; yields its address."""
    async with started(lambda folder: Kafka(folder, heap_megabytes=512, full_jit=True)) as kafka:
        yield kafka.address


def metrics() -> Metrics:
    """Metrics nobody reads, in a registry of their own."""
    return Metrics(CollectorRegistry())


def report(
    name: str,
    unit: str,
    figures: Sequence[float],
    limits: Sequence[float],
    *,
    limit: str,
    goal_ratio: float | None = None,
    goal: float | None = None,
    **more: object,
) -> None:
    """Print medians, their pairwise ratio and the memory of this process as one JSON object.

    What is to be reached is a ratio, or so much a second.
    """
    ratios = [figure / bound for figure, bound in zip(figures, limits, strict=True)]
    ratio, figure = statistics.median(ratios), statistics.median(figures)
    goals = {"goal_ratio": goal_ratio} if goal is None else {"goal": goal}
    print(
        json.dumps(
            {
                "benchmark": name,
                "unit": unit,
                "figure": round(figure),
                "limit": round(statistics.median(limits)),
                "limit_is": limit,
                "ratio": round(ratio, 3),
                **goals,
                "reached": (goal_ratio is None or ratio >= goal_ratio) and (goal is None or figure >= goal),
                "rounds": len(figures),
                "ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
                "memory_mebibytes": memory_mebibytes(),
                **more,
                **machine(),
            },
        ),
    )


def memory_mebibytes() -> int:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIBIBYTES_PER_MEBIBYTE


def memory_of(pid: int | None) -> int | None:
    """Resident memory of another process."""
    return None if pid is None else psutil.Process(pid).memory_info().rss // KIBIBYTES_PER_MEBIBYTE**2


def cpu_seconds_of(pid: int | None) -> float:
    """Processor time that another process has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def machine() -> dict[str, object]:
    """What the figure was measured on; compare only figures of one run."""
    return {"cores": os.cpu_count(), "python": platform.python_version()}

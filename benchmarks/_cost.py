"""What a round of a benchmark cost: how quick it was, and the processor's time for each thing it did."""

import statistics
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from benchmarks._bench import cpu_seconds_of


@dataclass(frozen=True, slots=True)
class Cost:
    """Things a second, and microseconds of processor for each, of this process and of the engine."""

    rate: float
    ours: float
    engine: float


async def costed(work: Awaitable[float], count: int, engine: int | None) -> Cost:
    """One round of `count` things; `work` tells how many a second they were. `engine` is its process."""
    ours, engines = time.process_time(), cpu_seconds_of(engine)
    rate = await work
    spent = time.process_time() - ours, cpu_seconds_of(engine) - engines
    return Cost(rate, *(seconds / count * 1_000_000 for seconds in spent))


def processor(of: Sequence[Cost]) -> dict[str, int]:
    """The middle of the rounds."""
    return {name: round(statistics.median(getattr(cost, name) for cost in of)) for name in ("ours", "engine")}

"""The work in hand: at most one task for each partition, which is what keeps a partition in order."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Running:
    """Owns the tasks of a delivery loop. Their errors come out of `collect`."""

    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[None]] = {}

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions at work."""
        return frozenset(self._tasks)

    def start(self, partition: int, work: Coroutine[Any, Any, None]) -> None:
        """Begin to work on a partition that is not at work."""
        self._tasks[partition] = asyncio.create_task(work, name=f"partition {partition}")

    def collect(self) -> None:
        """Forget the tasks that have ended; raises what one failed with."""
        for partition, task in tuple(self._tasks.items()):
            if task.done():
                del self._tasks[partition]
                _raise_failure(task)

    async def end(self, budget_seconds: float, cancel_seconds: float) -> None:
        """Wait for all within the budget, then cancel them: two owners must never work on one partition.

        Raises RuntimeError when one has not let go `cancel_seconds` after it was cancelled.
        """
        pending = set(self._tasks.values())
        if pending:
            _, pending = await asyncio.wait(pending, timeout=budget_seconds)
        for task in pending:
            task.cancel()
        if pending:
            _, pending = await asyncio.wait(pending, timeout=cancel_seconds)
        if pending:
            message = f"{len(pending)} handlers go on although they were cancelled"
            raise RuntimeError(message)


def _raise_failure(task: asyncio.Task[None]) -> None:
    """Raise what a task failed with; one that was cancelled by `end` has not failed."""
    if not task.cancelled():
        task.result()
    elif not task.cancelling():
        message = f"{task.get_name()}: a handler was cancelled from within"
        raise RuntimeError(message)

"""Several engines started as one: all of them, or none."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from tools.engines.errors import EngineError
from tools.engines.progress import Progress


class Startable(Protocol):
    """An engine, or several that are one."""

    async def start(self, progress: Progress) -> None:
        """Start it, or leave it alone when it runs."""

    async def stop(self) -> None:
        """End it in order."""


async def start_together(engines: Iterable[Startable], progress: Progress) -> None:
    """Start those that do not run, side by side; when one cannot start, none of them stays.

    Raises:
        EngineError: why the first of them cannot.
    """
    every = tuple(engines)
    try:
        async with asyncio.TaskGroup() as group:
            for engine in every:
                group.create_task(engine.start(progress))
    except BaseExceptionGroup as failed:
        await stop_together(every)
        told, _others = failed.split(EngineError)
        raise (told or failed).exceptions[0] from None
    except asyncio.CancelledError:
        await stop_together(every)
        raise


async def stop_together(engines: Iterable[Startable]) -> None:
    """End all of them in order, side by side."""
    await asyncio.gather(*(engine.stop() for engine in engines))

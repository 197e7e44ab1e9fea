"""A blocking fetch or build in a thread, which ends when the task that waits for it is cancelled."""

import asyncio
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from tools.engines.progress import Progress

T = TypeVar("T")


async def in_thread(work: Callable[[Progress, Event], T], progress: Progress) -> T:
    """What `work` returns. It tells its progress from its thread, and stops when the event is set."""
    loop, given_up = asyncio.get_running_loop(), Event()

    def tell(line: str) -> None:
        loop.call_soon_threadsafe(progress, line)

    try:
        return await asyncio.to_thread(work, tell, given_up)
    finally:
        given_up.set()  # when we are cancelled, the thread is not

"""Waiting for a condition instead of for time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")
LOOK_SECONDS = 0.02


@overload
async def eventually(condition: Callable[[], Awaitable[T]], seconds: float = 10.0, what: str = "") -> T: ...


@overload
async def eventually(condition: Callable[[], T], seconds: float = 10.0, what: str = "") -> T: ...


async def eventually(condition: Callable[[], Any], seconds: float = 10.0, what: str = "") -> Any:
    """Return the first truthy value of `condition` (plain or async); fail after `seconds` saying `what` was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        value = await found if inspect.isawaitable(found) else found
        if value:
            return value
        if time.monotonic() > deadline:
            message = f"not within {seconds} s: {what or inspect.getsource(condition).strip()}"
            raise AssertionError(message)
        await asyncio.sleep(LOOK_SECONDS)

"""Runs a service that kills itself (SIGKILL) at a chosen step, so that production code needs no hooks for it.

    python -m tests.support.faulty POINT TYPE COUNT services.alerts

POINT is `module:Class.method:before|after|blocks`; with TYPE other than `*` only calls whose arguments hold an event of
that type count. At the COUNT-th call the process dies, or blocks its event loop for good.
"""

import functools
import importlib
import os
import runpy
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from rasid.contract.codec import Message, event_type_of


@dataclass(frozen=True)
class Point:
    module: str
    owner: str
    method: str
    moment: str

    @classmethod
    def parse(cls, text: str) -> "Point":
        module, path, moment = text.split(":")
        owner, method = path.split(".")
        assert moment in {"before", "after", "blocks"}, text
        return cls(module, owner, method, moment)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def _event_types(arguments: tuple[Any, ...]) -> set[str | None]:
    """The types of the events among the arguments, as they are or as they go onto a topic."""
    flat = [item for value in arguments for item in (value if isinstance(value, list) else (value,))]
    return {event_type_of(item.headers) if isinstance(item, Message) else getattr(item, "type", None) for item in flat}


def arm(point: Point, wanted: str, count: int) -> None:
    owner = getattr(importlib.import_module(point.module), point.owner)
    original: Callable[..., Awaitable[Any]] = getattr(owner, point.method)
    left = count

    @functools.wraps(original)
    async def deadly(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        counts = wanted == "*" or wanted in _event_types(arguments)
        left -= counts
        is_the_one = counts and left == 0  # settled now: other tasks may call it while this one waits
        if is_the_one and point.moment == "before":
            die()
        if is_the_one and point.moment == "blocks":
            threading.Event().wait()
        result = await original(*arguments, **options)
        if is_the_one:
            die()
        return result

    setattr(owner, point.method, deadly)


if __name__ == "__main__":
    where, wanted_type, at, service = sys.argv[1:5]
    sys.argv = [service]
    arm(Point.parse(where), wanted_type, int(at))
    runpy.run_module(service, run_name="__main__")

"""Runs a service that can be told to kill itself (SIGKILL) at a chosen step, so that production code needs no hooks.

    python -m tests.support.faulty ORDER services.alerts

It runs as ever until SIGUSR1 comes; then the file ORDER says `POINT TYPE COUNT`, and is gone when that is understood.
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
from pathlib import Path
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


def obey(order: Path) -> None:
    """Wait for the signal and do what is ordered; the signal is blocked, so that no other thread is interrupted."""
    signal.sigwait({signal.SIGUSR1})
    point, wanted, count = order.read_text(encoding="utf-8").split()
    arm(Point.parse(point), wanted, int(count))
    order.unlink()


if __name__ == "__main__":
    order, service = sys.argv[1:3]
    sys.argv = [service]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    threading.Thread(target=obey, args=(Path(order),), daemon=True).start()
    runpy.run_module(service, run_name="__main__")

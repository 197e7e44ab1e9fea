"""Waiting for an engine that is still starting, with a sign of life for whoever watches."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

from rasid.errors import Unavailable

T = TypeVar("T")
Say = Callable[[str], None]

RETRY_SECONDS = 1.0
TELL_SECONDS = 5.0


class GaveUp(Exception):
    """An engine did not answer in time; carries what a person can do."""

    def __init__(self, why: Unavailable, seconds: float) -> None:
        super().__init__(
            f"{why} (waited {seconds:g} s)\n  To mend it: see whether it runs and is reachable from here, and what its "
            "own log says (`docker compose logs`); then run `rasid setup` again: what is made stays"
        )


def wait_for(
    look: Callable[[], T],
    say: Say,
    deadline_seconds: float,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """What `look` returns, tried again for as long as it raises Unavailable; raises GaveUp."""
    began, told_at = monotonic(), -math.inf
    while True:
        try:
            return look()
        except Unavailable as error:
            now = monotonic()
            if now - began >= deadline_seconds:
                raise GaveUp(error, deadline_seconds) from None
            if now - told_at >= TELL_SECONDS:
                told_at = now
                say(f"waiting: {error}")
        sleep(RETRY_SECONDS)

"""Work that is done again and again: what is away is waited for, and told once."""

from collections.abc import Awaitable, Callable
from typing import Any

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.watchdog import Pulse

log = get_logger(__name__)


async def go_round(
    once: Callable[[], Awaitable[Any]],
    *,
    every_seconds: float,
    clock: Clock,
    trouble: str,
    pulse: Pulse | None = None,
    rests_first: bool = False,
) -> None:
    """Do it once, rest, and do it again, until cancelled.

    When something is Unavailable, `trouble` is logged once until it is there again. What else is raised ends it.
    `pulse` is told after each round, whatever came of it: it is the waiting that must not be taken for being stuck.
    """
    is_away = False
    if rests_first:
        await clock.sleep(every_seconds)
    while True:
        try:
            await once()
            is_away = False
        except Unavailable as error:
            if not is_away:
                log.warning(trouble, what=error.what, why=error.detail)
            is_away = True
        if pulse is not None:
            pulse.beat()
        await clock.sleep(every_seconds)

"""Doing something with each of several things that lie in the stores, when some of them may be damaged."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from rasid.errors import Unavailable
from rasid.runtime.log import get_logger
from rasid.runtime.watchdog import Pulse

GIVE_UP = 10
"""So many failures in a row are an outage, not a damaged object."""

T = TypeVar("T")

log = get_logger(__name__)


async def one_by_one(items: Sequence[T], work: Callable[[T], Awaitable[None]], pulse: Pulse) -> None:
    """Some stores say of a damaged object that they are busy: one of those does not keep the others waiting.

    Raises Unavailable when it is all of them.
    """
    in_a_row = 0
    for item in items:
        try:
            await work(item)
            in_a_row = 0
        except Unavailable as error:
            in_a_row += 1
            if in_a_row >= GIVE_UP:
                raise
            log.warning("one of several could not be done", what=error.what, why=error.detail)
        pulse.beat()

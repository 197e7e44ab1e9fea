"""What ingest needs around it: waited for and checked when it starts, watched while it runs.

Ingest starts whatever is there: after a power cut everything starts at once. Until the first look at a part has
succeeded the service is not ready; a part that is there but wrong ends the process, saying how to mend it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger

WATCH_SECONDS = 5.0
RETRY_SECONDS = 0.5

log = get_logger(__name__)

Look = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing around the service. `first` must succeed once; then `again` tells whether it still answers.

    Both raise Unavailable, `first` also ConfigurationError. `needed`: when the service cannot do without it, and is
    not ready while it is away; at other times it only does less.
    """

    name: str
    first: Look
    again: Look
    needed: Literal["always", "at start", "never"]


class Surroundings:
    """All the parts, and what `/ready` says of them."""

    def __init__(self, parts: Sequence[Part], *, readiness: Readiness, clock: Clock) -> None:
        self._parts = parts
        self._readiness = readiness
        self._clock = clock
        self._away: set[str] = set()
        for part in parts:
            self._tell(part, "has not answered yet", is_needed=part.needed != "never")

    async def run(self) -> None:
        """Wait for each part, then watch it, until cancelled. Raises a group of ConfigurationErrors."""
        async with asyncio.TaskGroup() as group:
            for part in self._parts:
                group.create_task(self._look_after(part), name=f"look after {part.name}")

    async def _look_after(self, part: Part) -> None:
        while not await self._look(part, part.first, is_needed=part.needed != "never"):
            await self._clock.sleep(RETRY_SECONDS)
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            try:
                await self._look(part, part.again, is_needed=part.needed == "always")
            except ConfigurationError as error:
                # It was right when the service started: going on without it is better than ending.
                self._missing(part, error.problem, is_needed=part.needed == "always")

    async def _look(self, part: Part, look: Look, *, is_needed: bool) -> bool:
        try:
            await look()
        except Unavailable as error:
            self._missing(part, str(error), is_needed=is_needed)
            return False
        self._away.discard(part.name)
        self._readiness.ready(part.name)
        return True

    def _missing(self, part: Part, why: str, *, is_needed: bool) -> None:
        if part.name not in self._away:
            log.warning("something around the service does not answer", part=part.name, why=why)
        self._away.add(part.name)
        self._tell(part, why, is_needed=is_needed)

    def _tell(self, part: Part, why: str, *, is_needed: bool) -> None:
        if is_needed:
            self._readiness.not_ready(part.name, why)
        else:
            self._readiness.degrade(part.name, why)

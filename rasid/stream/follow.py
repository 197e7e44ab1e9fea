"""Reading a topic onward for ever, without a group, over every outage of the broker.

A client that has gone quiet without an error (see `progress`) is replaced by a fresh one: nobody else shares its
partitions, so nothing has to end in order for that.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.stream.ports import Log, LogReader, Page
from rasid.stream.progress import Progress

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowSettings:
    """Times in seconds.

    * `poll_seconds`: an empty page comes after this long;
    * `look_seconds`: how often the broker is asked from outside how far the topic is;
    * `quiet_seconds`: a client that brings nothing for this long although records wait is replaced;
    * `again_seconds`: the pause before another try to reach the broker.
    """

    poll_seconds: float = 0.25
    look_seconds: float = 10.0
    quiet_seconds: float = 20.0
    again_seconds: float = 1.0


class Follower:
    """Follows some partitions of a topic from given offsets on. An async context manager, for one task."""

    def __init__(
        self,
        log: Log,
        topic: str,
        starts: Mapping[int, int],
        *,
        clock: Clock,
        settings: FollowSettings | None = None,
    ) -> None:
        self.positions = dict(starts)
        self._log = log
        self._topic = topic
        self._clock = clock
        self._settings = settings or FollowSettings()
        self._connection = AsyncExitStack()
        self._reader: LogReader | None = None
        self._progress = Progress()
        self._look_at = 0.0
        self._is_away = False

    async def page(self) -> Page:
        """The next records in order, or an empty page after a while: also as long as the broker is away."""
        try:
            await self._look()
            reader = self._reader or await self._open()
            page = await reader.page(self._settings.poll_seconds)
        except Unavailable as error:
            await self._away(error)
            return Page({}, self.positions)
        self._is_away = False
        self.positions.update(page.positions)
        return page

    async def _open(self) -> LogReader:
        self._reader = await self._connection.enter_async_context(self._log.open(self._topic, self.positions))
        self._look_at = self._clock.monotonic() + self._settings.look_seconds
        return self._reader

    async def _look(self) -> None:
        """Once in a while: does the client still bring what the broker has?"""
        now = self._clock.monotonic()
        if self._reader is None or now < self._look_at:
            return
        self._look_at = now + self._settings.look_seconds
        ends = {partition: bounds.end for partition, bounds in (await self._log.bounds(self._topic)).items()}
        if now - self._progress.still_since(self.positions, ends, now) > self._settings.quiet_seconds:
            logger.warning("a client went quiet although records wait; it is replaced", topic=self._topic)
            await self._close()

    async def _away(self, error: Unavailable) -> None:
        if not self._is_away:
            logger.warning("a topic cannot be followed for now", topic=self._topic, why=str(error))
        self._is_away = True
        await self._close()
        await self._clock.sleep(self._settings.again_seconds)

    async def _close(self) -> None:
        self._reader = None
        self._progress = Progress()
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

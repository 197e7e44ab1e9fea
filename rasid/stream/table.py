"""A compacted topic as a table in memory: the highest version of each row wins, a tombstone erases it."""

import asyncio
from collections.abc import Callable
from typing import Any

from rasid.contract.codec import event_type_of
from rasid.contract.envelope import Event
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.watchdog import Pulse
from rasid.stream.follow import Follower, FollowSettings
from rasid.stream.ports import Log, Record
from rasid.stream.received import receive

AGAIN_SECONDS = 1.0

logger = get_logger(__name__)

Apply = Callable[[str, Event[Any] | None], None]
"""Takes one row: its key, and its whole state or None when it is erased. Plain and quick: it runs on the event loop."""


class TableReader:
    """Reads a compacted topic from its beginning and keeps following it; every process has the whole table.

    A row that cannot be read is erased: a permission we cannot understand is one that we do not have. `on_complete` is
    called once, when everything has been read that the topic held at the start. Rows of the types `in_any_order` are
    applied as they come, whatever their version: a sign of life is judged by its time, and one that was sent by a clock
    that is ahead must not outweigh all that follow.
    """

    def __init__(
        self,
        log: Log,
        topic: str,
        types: frozenset[str],
        apply: Apply,
        *,
        clock: Clock,
        readiness: Readiness,
        pulse: Pulse | None = None,
        settings: FollowSettings | None = None,
        on_complete: Callable[[], None] | None = None,
        in_any_order: frozenset[str] = frozenset(),
    ) -> None:
        self._log = log
        self._topic = topic
        self._types = types
        self._in_any_order = in_any_order
        self._on_complete = on_complete
        self._apply = apply
        self._clock = clock
        self._readiness = readiness
        self._pulse = pulse
        self._settings = settings
        self._part = f"table {topic}"
        self._versions: dict[str, int] = {}
        self._is_complete = asyncio.Event()
        readiness.not_ready(self._part, "has not been read yet")

    async def ready(self) -> None:
        """Return when everything has been read that the topic held at the start."""
        await self._is_complete.wait()

    async def run(self) -> None:
        """Read and follow until cancelled; the broker may come late and go away in between."""
        starts, ends = await self._bounds()
        async with Follower(self._log, self._topic, starts, clock=self._clock, settings=self._settings) as source:
            self._note_progress(source.positions, ends)
            while True:
                page = await source.page()
                for records in page.records.values():
                    for record in records:
                        self._take(record)
                self._note_progress(source.positions, ends)

    async def _bounds(self) -> tuple[dict[int, int], dict[int, int]]:
        while True:
            try:
                bounds = await self._log.bounds(self._topic)
            except Unavailable as error:
                self._readiness.not_ready(self._part, str(error))
                if self._pulse is not None:
                    self._pulse.rest()
                await self._clock.sleep(AGAIN_SECONDS)
            else:
                return (
                    {partition: bound.first for partition, bound in bounds.items()},
                    {partition: bound.end for partition, bound in bounds.items()},
                )

    def _note_progress(self, positions: dict[int, int], ends: dict[int, int]) -> None:
        if self._pulse is not None:
            self._pulse.beat()
        if not self._is_complete.is_set() and all(positions[partition] >= end for partition, end in ends.items()):
            self._is_complete.set()
            if self._on_complete is not None:
                self._on_complete()
            self._readiness.ready(self._part)

    def _take(self, record: Record) -> None:
        key = (record.key or b"").decode("utf-8", "replace")
        if record.value is None:
            self._erase(key)
        elif event_type_of(record.headers) in self._types:
            self._upsert(key, record)

    def _upsert(self, key: str, record: Record) -> None:
        try:
            event = receive(self._topic, record).event
        except InvalidEvent as error:
            logger.error(  # noqa: TRY400 - the reason says it all, a trace would only be longer
                "a row cannot be read and is erased", topic=self._topic, offset=record.offset, why=str(error)
            )
            self._erase(key)
            return
        version = event.data.version
        if event.type in self._in_any_order:
            self._apply(key, event)
        elif version > self._versions.get(key, 0):
            self._versions[key] = version
            self._apply(key, event)

    def _erase(self, key: str) -> None:
        self._versions.pop(key, None)
        self._apply(key, None)

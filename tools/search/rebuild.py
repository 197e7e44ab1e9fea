"""Making search's store from an export. What is there already is joined with it, so it may be done again."""

from collections.abc import Callable, Iterator
from pathlib import Path

from rasid.errors import ConfigurationError
from rasid.runtime.clock import Clock
from services.search.camera_store import MongoCameraStore
from services.search.passage import Passage
from services.search.plate_store import MongoPlateStore
from services.search.store import MongoPassageStore
from tools.search.lines import Beginning, DayLine, End, Line, PassageLine, read

BATCH = 500

Progress = Callable[[int], None]
"""Told how many more bytes of the file are done."""


class Rebuild:
    """Puts an export into the stores, in batches."""

    def __init__(
        self, passages: MongoPassageStore, plates: MongoPlateStore, cameras: MongoCameraStore, clock: Clock
    ) -> None:
        self._passages = passages
        self._plates = plates
        self._cameras = cameras
        self._clock = clock

    async def run(self, file: Path, progress: Progress) -> int:
        """Store what has not expired; returns how many passages. Raises Unavailable, and ConfigurationError."""
        count = 0
        for lines, size in _batches(file):
            for line in lines:
                if isinstance(line, Beginning):
                    await self._cameras.begin(line.at)
            await self._cameras.heard(line.day for line in lines if isinstance(line, DayLine))
            count += await self._store([line.passage for line in lines if isinstance(line, PassageLine)])
            progress(size)
        return count

    async def _store(self, passages: list[Passage]) -> int:
        now = self._clock.now()
        kept = [passage for passage in passages if passage.expires_at > now]
        if kept:
            await self._passages.add(kept)
            await self._plates.learn(((plate, one.expires_at) for one in kept for plate in one.plates), now)
        return len(kept)


def _batches(file: Path) -> Iterator[tuple[list[Line], int]]:
    """Lines and how many bytes they are."""
    lines: list[Line] = []
    size = 0
    is_whole = False
    with file.open("rb") as source:
        for number, text in enumerate(source, 1):
            try:
                line = read(text)
            except ValueError as error:
                raise ConfigurationError(f"{file}, line {number}: {error}", "export it again") from None
            is_whole = isinstance(line, End)
            lines.append(line)
            size += len(text)
            if len(lines) == BATCH:
                yield lines, size
                lines, size = [], 0
    yield lines, size
    if not is_whole:
        raise ConfigurationError(f"{file} does not end as an export does", "finish the export: run it again")

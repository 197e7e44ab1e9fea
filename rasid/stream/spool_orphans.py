"""Takes over what a process left behind that does not come back: its folder, until it is empty."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.held_folder import HeldFolder
from rasid.runtime.log import get_logger
from rasid.stream.drain import Drain
from rasid.stream.spool import Kind, file_of
from rasid.stream.spool_lane import SpoolLane
from rasid.stream.spool_salvage import salvaged_of

LOOK_SECONDS = 10.0

Opening = Callable[[Path], Sequence[tuple[Drain, SpoolLane]]]
"""The lanes of a folder, not yet open, each with the drain that shall empty it."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Adopted:
    folder: HeldFolder
    lanes: Sequence[tuple[Drain, SpoolLane]]

    @property
    def is_empty(self) -> bool:
        return not any(lane.spool.rows for _, lane in self.lanes)

    def attach(self) -> None:
        """From the next turn on they are emptied."""
        for drain, lane in self.lanes:
            drain.lanes.append(lane)

    async def detach(self) -> None:
        """They are nobody's but ours."""
        for drain, lane in self.lanes:
            await drain.detach(lane)


class Orphans:
    """Looks for folders under `root` that hold something and that nobody holds."""

    def __init__(self, root: Path, opening: Opening, clock: Clock) -> None:
        self._root = root
        self._opening = opening
        self._clock = clock
        self._adopted: list[_Adopted] = []

    async def run(self) -> None:
        """Until cancelled; then what was taken over is let go of as it is."""
        try:
            while True:
                await self._look()
                await self._clock.sleep(LOOK_SECONDS)
        finally:
            for adopted in self._adopted:
                await _close(adopted)

    async def _look(self) -> None:
        for adopted in [one for one in self._adopted if one.is_empty]:
            await self._let_go(adopted)
        for folder in await asyncio.to_thread(lambda: list(HeldFolder.orphans(self._root, _holds_something))):
            await self._adopt(folder)

    async def _adopt(self, folder: HeldFolder) -> None:
        adopted = _Adopted(folder, self._opening(folder.path))
        try:
            for _, lane in adopted.lanes:
                await lane.spool.open()
        except Unavailable as error:
            log.error(  # noqa: TRY400 - its words say it
                "a spool that was left behind cannot be opened", folder=folder.path.name, why=str(error)
            )
            await _close(adopted)
            return
        rows = sum(lane.spool.rows for _, lane in adopted.lanes)
        log.warning("a spool that was left behind is taken over", folder=folder.path.name, rows=rows)
        self._adopted.append(adopted)
        adopted.attach()

    async def _let_go(self, adopted: _Adopted) -> None:
        await adopted.detach()
        if not adopted.is_empty:  # the last turn wrote down a loss
            adopted.attach()
            return
        try:
            for _, lane in adopted.lanes:
                await lane.spool.delete()
        except Unavailable as error:
            log.warning("an empty spool cannot be removed", folder=adopted.folder.path.name, why=str(error))
        self._adopted.remove(adopted)
        await _close(adopted)


async def _close(adopted: _Adopted) -> None:
    await adopted.detach()
    for _, lane in adopted.lanes:
        await lane.spool.close()
    adopted.folder.let_go()


def _holds_something(folder: Path) -> bool:
    """What still goes on its way; a damaged file that was set aside does not."""
    files = [file_of(folder, kind) for kind in get_args(Kind)]
    return any(file.exists() or salvaged_of(file).exists() for file in files)

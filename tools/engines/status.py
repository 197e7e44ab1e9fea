"""Are the engines of a data folder up? Asked of the engines themselves, not only of what is written down."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.engines.all import Engines
from tools.engines.engine import Engine
from tools.engines.errors import EngineError
from tools.engines.folder_lock import holder, is_held
from tools.engines.state import State, lock_file

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Seen:
    """One engine as it is now; without a process it has only its title."""

    title: str
    address: str = "-"
    pid: int | None = None
    rss_bytes: int = 0
    uptime_seconds: float = 0.0
    reachable: bool = False
    notes: tuple[str, ...] = ()


async def look(data_folder: Path) -> list[Seen]:
    """Every engine of the folder, whoever started it."""
    state = State.read(data_folder) if is_held(lock_file(data_folder)) else None
    told = state.engines if state is not None else {}
    return await asyncio.gather(
        *(
            _look_at(engine, told[engine.name].notes if engine.name in told else ())
            for engine in Engines(data_folder).each
        )
    )


async def _look_at(engine: Engine, notes: tuple[str, ...]) -> Seen:
    import psutil  # noqa: PLC0415 - the demo brings it; a machine that only runs services has the command without it

    pid = holder(engine.engine_lock)
    try:
        process = psutil.Process(pid) if pid is not None else None
        if process is None:
            return Seen(engine.title)
        return Seen(
            engine.title,
            engine.address,
            pid,
            process.memory_info().rss,
            time.time() - process.create_time(),
            await engine.answers_in_time(),
            notes,
        )
    except (psutil.Error, EngineError):  # it has ended this moment, or not begun
        return Seen(engine.title)


def table(seen: Sequence[Seen]) -> str:
    """What `rasid engines status` prints."""
    rows = [("engine", "state", "address", "pid", "memory", "up for"), *(_row(one) for one in seen)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *(f"{one.title}: {note}" for one in seen for note in one.notes)])


def _row(one: Seen) -> tuple[str, ...]:
    if one.pid is None:
        return one.title, "down", one.address, "-", "-", "-"
    state = "up" if one.reachable else "does not answer"
    return one.title, state, one.address, str(one.pid), f"{one.rss_bytes // MEGABYTE} MB", _age(one.uptime_seconds)


def _age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"

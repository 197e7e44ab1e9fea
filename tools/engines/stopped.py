"""Whether a stopped process has really stopped: SIGSTOP is on its way while threads on other processors still run."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tools.engines.errors import EngineError

PROC = Path("/proc")
STOPPED = "TtZX"
"""Stopped, stopped by a debugger, ended and not yet collected, gone (proc(5))."""
LOOK_SECONDS = 0.001
PATIENCE_SECONDS = 10.0


def wait_until_stopped(group: int) -> None:
    """Return when no thread of the process group runs any more; at once where the kernel shows no threads.

    Raises:
        EngineError: one of them still ran after ten seconds.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not set(_states(group)) <= set(STOPPED):
        if time.monotonic() > deadline:
            raise EngineError(
                f"process group {group} does not stop", "a disk that hangs may hold it: see `ps -eLo stat,wchan,cmd`"
            )
        time.sleep(LOOK_SECONDS)


def _states(group: int) -> Iterator[str]:
    """The state of each thread of each process of the group."""
    for process in PROC.glob("[0-9]*/stat"):
        if _fields(process)[2:3] == [str(group)]:
            yield from (fields[0] for thread in process.parent.glob("task/*/stat") if (fields := _fields(thread)))


def _fields(stat: Path) -> list[str]:
    """State, parent, group and so on; nothing of what has ended meanwhile. The name before them may hold anything."""
    with suppress(OSError):
        return stat.read_text(errors="replace").rpartition(")")[2].split()
    return []

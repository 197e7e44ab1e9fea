"""An engine's process as its starter sees it: a guard (guard.py) with the engine behind it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tools.engines import guard
from tools.engines.errors import EngineError
from tools.engines.folder_lock import FolderLock
from tools.engines.stopped import wait_until_stopped

LOG_LIMIT_BYTES = 4 * 1024 * 1024
GUARD_GRACE_SECONDS = 5.0


class Guarded:
    """A running engine. When this object is gone, or the process that has it, the engine is ended.

    Made of plain `subprocess` and polling, not of asyncio's transports: those belong to one event loop, and a test
    session has many.
    """

    def __init__(self, guard_process: "subprocess.Popen[bytes]", pid: int, stop_seconds: float) -> None:
        self.pid = pid
        self._guard = guard_process
        self._stop_seconds = stop_seconds

    @classmethod
    def spawn(
        cls,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        stop_seconds: float,
        leftovers: Sequence[str],
        lock: FolderLock,
        environment: Mapping[str, str] | None = None,
    ) -> "Guarded":
        """Start `command` in `folder`; guard and engine keep `lock` as long as they run.

        `leftovers` are files that the engine leaves behind elsewhere.

        Blocks for the 50 ms a guard takes to start.
        """
        settings = [str(log), str(LOG_LIMIT_BYTES), str(stop_seconds), os.pathsep.join(leftovers)]
        process = subprocess.Popen(
            [sys.executable, "-IS", guard.__file__, *settings, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
            pass_fds=(lock.descriptor,),
        )
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for; this is for the type checker
        with process.stdout as answer:
            line = answer.readline().decode().strip()
        if not line.isdigit():
            process.communicate()
            raise EngineError(f"{command[0]} does not start: {line.lstrip('!') or 'no guard'}", f"look into {log}")
        return cls(process, int(line), stop_seconds)

    @property
    def running(self) -> bool:
        """Whether the engine lives (paused counts)."""
        return self._guard.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the engine and its children, if it lives."""
        if self.running:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def pause(self) -> None:
        """SIGSTOP; returns when nothing of the engine runs any more.

        Raises:
            EngineError: something of it goes on.
        """
        self.signal(signal.SIGSTOP)
        if self.running:
            wait_until_stopped(self.pid)

    async def stop(self) -> None:
        """Let go of the lifeline, so that the guard ends the engine in order; by force when that takes too long."""
        self._let_go()
        if not await self._ended(self._stop_seconds + GUARD_GRACE_SECONDS):
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.signal(signal.SIGKILL)
        if not await self._ended(GUARD_GRACE_SECONDS):
            self._guard.kill()
            await self._ended(GUARD_GRACE_SECONDS)
        self._let_go()

    def _let_go(self) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.close()

    async def _ended(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:  # noqa: ASYNC110 - see the class: no loop's own objects
            await asyncio.sleep(0.02)
        return not self.running

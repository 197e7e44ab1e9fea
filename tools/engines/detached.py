"""Starting and ending the detached supervisor, as seen from a terminal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tools.engines import jars
from tools.engines.all import Engines
from tools.engines.errors import EngineError
from tools.engines.folder_lock import holder, is_held
from tools.engines.progress import Progress
from tools.engines.state import Phase, State, lock_file, state_file

STOP_SECONDS = 40.0
POLL_SECONDS = 0.1


def up(data_folder: Path, say: Progress) -> None:
    """Have the engines running when this returns, whoever asked for it first.

    The jars are fetched here and not by the supervisor: there Ctrl-C would not reach a long download.

    Raises:
        EngineError: they cannot run.
    """
    jars.fetch(jars.default_folder(), say)
    state = State.read(data_folder)
    if state is not None and state.phase is Phase.STOPPING:
        _until(lambda: not is_held(lock_file(data_folder)), STOP_SECONDS)
    if is_held(lock_file(data_folder)):
        say("The engines are up, or coming up, already")
        _follow(data_folder, say)
        return
    state_file(data_folder).unlink(missing_ok=True)  # of a supervisor that was killed
    process = _spawn(data_folder)
    try:
        _follow(data_folder, say, process)
    except KeyboardInterrupt:
        process.terminate()
        raise


def down(data_folder: Path, say: Progress) -> None:
    """End the supervisor and its engines in order; return when nothing of them runs.

    Raises:
        EngineError: they belong to another program, or do not end.
    """
    pid = holder(lock_file(data_folder))
    if pid is not None:
        _signal(pid, signal.SIGTERM)
        if not _until(lambda: not is_held(lock_file(data_folder)), STOP_SECONDS):
            _signal(pid, signal.SIGKILL)  # the engines' guards notice
    owner = _owner(data_folder)
    if owner is not None:
        raise EngineError(
            f"The engines on {data_folder} were not started by `rasid engines up` but by process {owner}",
            "end that process, and it ends them",
        )
    if not _until(lambda: not any(is_held(engine.engine_lock) for engine in Engines(data_folder).each), STOP_SECONDS):
        raise EngineError(f"An engine on {data_folder} does not end", "see `rasid engines status` for its process id")
    say("The engines were not up" if pid is None else "The engines are down")


def _spawn(data_folder: Path) -> "subprocess.Popen[bytes]":
    logs = data_folder / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (logs / "supervisor.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tools.engines.supervisor", str(data_folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _follow(data_folder: Path, say: Progress, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Repeat what the supervisor says until its engines run or it has ended."""
    state = State.read(data_folder) if process is None else None
    told = len(state.said) if state is not None else 0
    while True:
        # Looked at in this order: what a supervisor writes last, it writes before it ends.
        ended = not is_held(lock_file(data_folder)) and (process is None or process.poll() is not None)
        state = State.read(data_folder)
        if state is not None:
            for line in state.said[told:]:
                say(line)
            told = len(state.said)
            if state.phase is Phase.RUNNING:
                return
        if ended:
            log = data_folder / "logs" / "supervisor.log"
            raise EngineError(
                (state.problem if state is not None else "") or "The engines' supervisor has ended",
                (state.fix if state is not None else "") or f"look into {log}",
            )
        time.sleep(POLL_SECONDS)


def _owner(data_folder: Path) -> int | None:
    """The process whose engines this folder has."""
    owners = (holder(engine.owner_lock) for engine in Engines(data_folder).each)
    return next((owner for owner in owners if owner is not None), None)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := condition()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return done

"""A tiny process that runs one engine and ends it when whoever started the engine is gone.

Its standard input is the lifeline: a pipe nobody writes to, whose end of file means that the starter let go of the
engine or has died (by SIGKILL, too). Then the engine gets SIGTERM and, after `stop_seconds`, SIGKILL. It works on every
Unix and, unlike PR_SET_PDEATHSIG, does not depend on which *thread* started it. Guard and engine each lead a session of
their own, so that Ctrl-C or a closing terminal does not reach the engine before the orderly stop does. The engine
inherits what the guard inherits: so the lock on the engine's folder is held exactly as long as one of them lives.

It says one line on standard output: the engine's process id, or "!" and why there is none. What the engine says goes to
a log file that is kept below a limit. Run as a script, with nothing but the standard library, to stay small (13 MB).
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

LIFELINE = 0
LOG_CHECK_SECONDS = 10.0
WAKE_SECONDS = 0.05
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run `guard.py LOG LOG_LIMIT_BYTES STOP_SECONDS LEFTOVERS COMMAND...`; the result is the engine's exit status.

    LEFTOVERS are files to remove after it, joined as in PATH.
    """
    log, limit_bytes, stop_seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    wake = _listen_for_signals()
    trim(log, limit_bytes)
    try:
        engine = _start(sys.argv[5:], log)
    except OSError as error:
        print(f"!{error}", flush=True)
        return 1
    with suppress(BrokenPipeError):  # the starter is gone already: the lifeline says so, too
        print(engine.pid, flush=True)
    while engine.poll() is None:
        ready, _, _ = select.select([LIFELINE, wake], [], [], LOG_CHECK_SECONDS)
        if LIFELINE in ready or (wake in ready and signal.SIGTERM in os.read(wake, 64)):
            end(engine, stop_seconds)
        trim(log, limit_bytes)
    for leftover in filter(None, sys.argv[4].split(os.pathsep)):
        with suppress(OSError):
            Path(leftover).unlink()
    return engine.returncode


def _listen_for_signals() -> int:
    """A descriptor that becomes readable when the engine ends or the guard is told to; nothing else interrupts."""
    wake, told = os.pipe()
    for end_of_pipe in (wake, told):
        os.set_blocking(end_of_pipe, False)
    signal.set_wakeup_fd(told)
    for wanted in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(wanted, lambda *_: None)
    for unwanted in (signal.SIGINT, signal.SIGHUP):
        signal.signal(unwanted, signal.SIG_IGN)
    return wake


def _start(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            close_fds=False,
            preexec_fn=_die_with_the_guard,  # noqa: PLW1509 - the guard has one thread
        )


def _die_with_the_guard() -> None:
    """On Linux, have the kernel kill the engine if the guard itself is killed."""
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(engine: "subprocess.Popen[bytes]", stop_seconds: float) -> None:
    """SIGTERM, a deadline, SIGKILL.

    An engine that was paused is woken first, wholly: to a stopped main thread the kernel prefers another one, and
    Python handles signals in the main thread only, when it wakes.
    """
    with suppress(ProcessLookupError):
        os.killpg(engine.pid, signal.SIGCONT)
        time.sleep(WAKE_SECONDS)
        os.killpg(engine.pid, signal.SIGTERM)
        try:
            engine.wait(stop_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(engine.pid, signal.SIGKILL)
            engine.wait()


def trim(log: Path, limit_bytes: int) -> None:
    """Begin a log anew when it is beyond its limit, and keep it as `<log>.1`; the engine appends, so it goes on.

    A full disk or a folder that somebody removed must not end the guard, and with it the engine.
    """
    with suppress(OSError):
        if log.stat().st_size > limit_bytes:
            with suppress(OSError):
                log.with_name(f"{log.name}.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


if __name__ == "__main__":
    sys.exit(main())

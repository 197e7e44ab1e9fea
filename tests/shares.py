"""Every test, in shares that run side by side: while tests wait for engines, half of the machine is idle.

`python -m tests.shares` runs all shares, `python -m tests.shares fault unit` those. Each starts its own engines; its
output is printed whole when it ends, and a summary of all ends the run. Exits with 0 when all passed, with 1 when one
did not, and with 130 when it was interrupted.

`python -m tests.shares --real` runs those that need engines on the ones nearest to production, and builds these first
where they are missing. Beside engines that are given (`RASID_TEST_KAFKA`, ...) one share runs after the other: they
would meet there.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.engines import EngineError
from tools.engines.built import build
from tools.engines.minio import RECIPE as MINIO
from tools.engines.secantus_rs import RECIPE as SECANTUS_RS

PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no")
# The longest first, the quickest last: whichever ends makes room for the next.
FOLDERS: Mapping[str, Sequence[str]] = {
    "integration": ("tests/integration",),
    "fault": ("tests/fault",),
    "unit": ("tests/unit",),
    "contract": ("tests/contract",),
    "people": ("tests/e2e",),
    "property": ("tests/property",),
}
NEED_ENGINES = ("integration", "fault", "contract", "people")
# More take each other's time.
AT_ONCE = 3
GIVEN = ("RASID_TEST_KAFKA", "RASID_TEST_MONGO", "RASID_TEST_S3")
# These wait for nobody; the others have deadlines.
GIVES_WAY = dict.fromkeys(("unit", "property"), ("nice", "-n", "5"))
TELL_SECONDS = 30.0
ENDING_SECONDS = 60.0
INTERRUPTED = 130
PERCENT = re.compile(r"\[ *(\d+)%\]")

Write = Callable[[str], object]


@dataclass
class Share:
    """One command of the run: what it says goes into a file."""

    name: str
    command: Sequence[str]
    log: Path
    write: Write
    code: int | None = None
    seconds: float = 0.0
    has_begun: bool = False

    async def run(self, turn: asyncio.Semaphore) -> None:
        """Run to the end when it has its turn."""
        async with turn:
            await self._run()

    async def _run(self) -> None:
        """Run, and print what it said; when cancelled, interrupt it as Ctrl-C does, and wait for it."""
        began, self.has_begun = time.monotonic(), True
        with self.log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # an interrupt reaches it once, through this process
            )
        try:
            await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        finally:
            self.code, self.seconds = process.returncode, time.monotonic() - began
            self.write(f"\n=== {self.name}: {' '.join(self.command)}\n{self._said()}")

    @property
    def progress(self) -> str:
        """How far it is, as it says itself."""
        if self.code is not None:
            return f"{self.name} ended"
        done = PERCENT.findall(self._said())
        return f"{self.name} {f'{int(done[-1])} %' if done else 'begins' if self.has_begun else 'waits'}"

    @property
    def summary(self) -> str:
        """One line: how long, whether it passed, and its own last line."""
        lines = self._said().strip().splitlines()
        verdict = "passed" if self.code == 0 else f"FAILED ({self.code})"
        return f"{self.name:<12} {self.seconds:5.0f} s  {verdict}  {lines[-1].strip('= ') if lines else '(no word)'}"

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


async def run(commands: Mapping[str, Sequence[str]], write: Write, *, at_once: int = AT_ONCE) -> int:
    """Run them, so many at once, until the last has ended; returns the exit code of the run."""
    turns = asyncio.Semaphore(at_once)
    with tempfile.TemporaryDirectory() as folder:
        shares = [Share(name, command, Path(folder) / name, write) for name, command in commands.items()]
        work = [asyncio.create_task(share.run(turns)) for share in shares]
        telling = asyncio.create_task(_tell(shares, write))
        try:
            with _interruptible():
                await asyncio.gather(*work)
        except asyncio.CancelledError:  # it was handed on to each of them, and each takes its time to end
            await asyncio.gather(*work, return_exceptions=True)
            return INTERRUPTED
        finally:
            telling.cancel()
            write("\n=== summary\n" + "".join(f"{share.summary}\n" for share in shares))
    return int(any(share.code != 0 for share in shares))


async def _tell(shares: Sequence[Share], write: Write) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(TELL_SECONDS)
        write(f"{time.monotonic() - began:4.0f} s: {', '.join(share.progress for share in shares)}\n")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Whoever started engines stops them in order; when that takes too long or is interrupted too, their guards do."""
    with contextlib.suppress(ProcessLookupError, TimeoutError):
        os.killpg(process.pid, signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), ENDING_SECONDS)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    me, loop = asyncio.current_task(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, me.cancel)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def commands(names: Sequence[str]) -> dict[str, Sequence[str]]:
    """How each share of these names is run; all when none is named."""
    if unknown := set(names) - FOLDERS.keys():
        sys.exit(f"no share is called {', '.join(sorted(unknown))}; there are {', '.join(FOLDERS)}")
    return {name: (*GIVES_WAY.get(name, ()), *PYTEST, *FOLDERS[name]) for name in names or FOLDERS}


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def build_engines(write: Write) -> None:
    """What `RASID_TEST_ENGINES=real` needs and is neither built nor given. Exits, saying why, when that fails."""
    for given_by, recipe in (("RASID_TEST_S3", MINIO), ("RASID_TEST_MONGO", SECANTUS_RS)):
        if given_by not in os.environ:
            try:
                build(recipe, lambda line: write(f"{line}\n"))
            except EngineError as error:
                sys.exit(str(error))


def main(arguments: Sequence[str]) -> int:
    """Run what the command line names; returns the exit code."""
    names = [argument for argument in arguments if argument != "--real"]
    if "--real" in arguments:
        os.environ["RASID_TEST_ENGINES"] = "real"
        build_engines(_print)
        names = names or list(NEED_ENGINES)
    at_once = 1 if any(name in os.environ for name in GIVEN) else AT_ONCE
    return asyncio.run(run(commands(names), _print, at_once=at_once))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

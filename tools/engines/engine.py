"""What all engines have in common: one shape, so that whoever knows one knows all."""

import asyncio
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from tools.engines import claims, ports
from tools.engines.errors import EngineError
from tools.engines.folder_lock import FolderLock, holder
from tools.engines.guarded import Guarded
from tools.engines.progress import Progress, quiet

OWNER_SECONDS = 0.3
PREDECESSOR_SECONDS = 20.0
PROBE_SECONDS = 3.0
LOG_LINES = 12


class Engine(ABC):
    """One server in a process of its own, with its data in `<data folder>/<name>` and its log in `<data folder>/logs`.

    Not for use by several tasks at once. Every error is an `EngineError` that says how to mend it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    port_names: ClassVar[tuple[str, ...]]
    port_span: ClassVar[range]
    start_seconds: ClassVar[float] = 90.0
    stop_seconds: ClassVar[float] = 8.0

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder.absolute() / self.name
        self.log = data_folder.absolute() / "logs" / f"{self.name}.log"
        self.owner_lock = self.folder / "owner.lock"
        """Held by the process that started the engine: a folder has one owner."""
        self.engine_lock = self.folder / "engine.lock"
        """Held by guard and engine, and names the engine: an owner that dies leaves them for a few seconds."""
        self.moved: tuple[str, ...] = ()
        """A sentence for each port that had to change at the last start."""
        self._process: Guarded | None = None
        self._owner: FolderLock | None = None

    @property
    @abstractmethod
    def address(self) -> str:
        """Where clients find it; known once it has been started on this data folder."""

    @abstractmethod
    async def answers(self) -> bool:
        """Whether it does its work now, asked through its address (so another process's engine can be asked too)."""

    @abstractmethod
    async def prepare(self, progress: Progress) -> None:
        """Put into `folder` what the command needs."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments, to be run in `folder`."""

    async def furnish(self) -> None:  # noqa: B027 - most engines need nothing
        """Put into the running engine what its users need, or leave it there; at every start."""

    def leftovers(self) -> Sequence[str]:
        """Files outside of `folder` that it leaves behind."""
        return ()

    def environment(self) -> Mapping[str, str] | None:
        """The environment it runs in; None for that of this process."""
        return None

    def port_candidates(self) -> Iterable[int]:
        """Ports to choose from, the most wanted first."""
        return ports.candidates(self.port_span, self.folder)

    @property
    def running(self) -> bool:
        """Whether the process this object started lives."""
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int | None:
        """The engine's own process id (not its guard's)."""
        return self._process.pid if self._process is not None and self.running else None

    async def answers_in_time(self) -> bool:
        """`answers` with a deadline; False also when nobody listens."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await self.answers()
        except (OSError, TimeoutError):
            return False

    def port(self, name: str) -> int:
        """A port by its name."""
        known = ports.load(self._ports_file)
        if name not in known:
            raise EngineError(f"{self.title} was never started on {self.folder.parent}", "start it: rasid engines up")
        return known[name]

    async def start(self, progress: Progress = quiet) -> None:
        """Start it, or leave it alone when it runs; return when it really does its work."""
        if self.running:
            return
        began = time.monotonic()
        try:
            await self._own()
            await self._start(progress)
        except OSError as error:
            await self.kill()
            raise EngineError(
                f"{self.title} cannot be started on {self.folder.parent}: {error}",
                "see that the folder can be written and the disk is not full; --data names another folder",
            ) from error
        except BaseException:
            await self.kill()
            raise
        for sentence in self.moved:
            progress(f"{self.title}: {sentence}")
        progress(f"{self.title} is ready at {self.address} ({time.monotonic() - began:.1f} s)")

    async def stop(self) -> None:
        """End it in order: SIGTERM, a deadline, SIGKILL. Nothing happens when it does not run."""
        if self._process is not None:
            await self._process.stop()
        self._forget()
        claims.let_go(self.folder)

    async def kill(self) -> None:
        """End it by SIGKILL. `start` brings it back on the same ports with what it had acknowledged."""
        if self._process is not None:
            await self._process.kill()
        self._forget()

    def pause(self) -> None:
        """SIGSTOP: it keeps its connections and answers nothing, from the moment this returns."""
        if self._process is not None:
            self._process.pause()

    def resume(self) -> None:
        """SIGCONT."""
        if self._process is not None:
            self._process.signal(signal.SIGCONT)

    @property
    def _ports_file(self) -> Path:
        return self.folder / "ports.json"

    async def _own(self) -> None:
        """Refuse a folder that a living process uses."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        if self._owner is None:
            self._owner = await FolderLock.wait(self.owner_lock, OWNER_SECONDS)
        if self._owner is None:
            raise EngineError(
                f"{self.title} on {self.folder.parent} already belongs to process {holder(self.owner_lock)}",
                "end that process first (`rasid engines down` if `rasid engines up` started it), "
                "or use another folder: --data or RASID_DATA",
            )

    async def _start(self, progress: Progress) -> None:
        lock = await FolderLock.wait(self.engine_lock, PREDECESSOR_SECONDS)
        if lock is None:  # the owner has died, and its guard is not done after its own deadline
            raise EngineError(
                f"An earlier {self.title} still runs on {self.folder.parent}",
                f"end process {holder(self.engine_lock)}",
            )
        with lock:
            if self._process is not None:
                await self._process.stop()  # it ended by itself: only its pipe is left to close
            self._choose_ports()
            await self.prepare(progress)
            self._process = await asyncio.to_thread(
                Guarded.spawn,
                self.command(),
                folder=self.folder,
                log=self.log,
                stop_seconds=self.stop_seconds,
                leftovers=self.leftovers(),
                lock=lock,
                environment=self.environment(),
            )
            lock.name_holder(self._process.pid)
        await self._until_ready()
        await self.furnish()

    def _choose_ports(self) -> None:
        choice = ports.choose(
            self.port_names,
            self.port_candidates(),
            ports.load(self._ports_file),
            partial(claims.claim, folder=self.folder),
        )
        self.moved = choice.moved
        ports.save(self._ports_file, choice.ports)

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not await self.answers_in_time():
            if not self.running:
                raise EngineError(f"{self.title} ended while it started.{self._last_lines()}", f"look into {self.log}")
            if time.monotonic() > deadline:
                raise EngineError(
                    f"{self.title} did not answer within {self.start_seconds:.0f} s.{self._last_lines()}",
                    f"look into {self.log}; a very busy machine may need a second try",
                )
            await asyncio.sleep(0.05)

    def _last_lines(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "".join(f"\n    {line}" for line in lines[-LOG_LINES:])

    def _forget(self) -> None:
        self._process = None
        if self._owner is not None:
            self._owner.release()
            self._owner = None

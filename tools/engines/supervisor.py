"""The detached process behind `rasid engines up`: it owns the engines until `rasid engines down`.

Run as `python -m tools.engines.supervisor DATA_FOLDER`. When it is killed, the engines' guards end them.
"""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

from tools.engines.all import Engines
from tools.engines.engine import Engine
from tools.engines.errors import EngineError
from tools.engines.folder_lock import FolderLock
from tools.engines.state import EngineState, Phase, State, lock_file, state_file

LOOK_SECONDS = 1.0
LOCK_SECONDS = 1.0


async def main(data_folder: Path) -> int:
    """Run the engines until SIGTERM. 1 when they cannot run, 3 when another supervisor has this folder."""
    lock = await FolderLock.wait(lock_file(data_folder), LOCK_SECONDS)
    if lock is None:
        return 3
    with lock:
        return await _Supervisor(Engines(data_folder)).run()


class _Supervisor:
    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._said: list[str] = []
        self._ended_by_itself: Counter[Engine] = Counter()

    async def run(self) -> int:
        me = asyncio.current_task()
        assert me is not None  # noqa: S101 - for the type checker: a coroutine that runs has a task
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, me.cancel)
        try:
            self._tell(Phase.STARTING)
            await self._engines.start(self._say)
            await self._keep()
        except EngineError as error:
            print(error, flush=True)
            self._tell(Phase.FAILED, error.problem, error.fix)
            return 1
        except asyncio.CancelledError:
            self._tell(Phase.STOPPING)
        finally:
            await self._engines.stop()
        state_file(self._engines.folder).unlink(missing_ok=True)
        return 0

    async def _keep(self) -> None:
        """Start again whatever ends by itself, and say so; what cannot be started again ends everything."""
        while True:
            self._tell(Phase.RUNNING)
            while self._engines.running:  # noqa: ASYNC110 - a process that ends sets no event
                await asyncio.sleep(LOOK_SECONDS)
            self._ended_by_itself.update(engine for engine in self._engines.each if not engine.running)
            await self._engines.start(self._say)

    def _say(self, line: str) -> None:
        self._said.append(line)
        print(line, flush=True)
        self._tell(Phase.STARTING)

    def _tell(self, phase: Phase, problem: str = "", fix: str = "") -> None:
        engines = {engine.name: self._seen(engine) for engine in self._engines.each if engine.running}
        State(phase, engines, tuple(self._said), problem, fix).write(self._engines.folder)

    def _seen(self, engine: Engine) -> EngineState:
        times = self._ended_by_itself[engine]
        restarted = (f"ended by itself {times} times, see {engine.log}",) if times else ()
        return EngineState(engine.address, engine.pid, engine.moved + restarted)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))

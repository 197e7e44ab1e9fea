"""The three engines together."""

import asyncio
from pathlib import Path

from tools.engines.engine import Engine
from tools.engines.errors import EngineError
from tools.engines.kafka import Kafka
from tools.engines.mongo import Mongo
from tools.engines.objects import Objects
from tools.engines.progress import Progress, quiet


class Engines:
    """Kafka, the MongoDB protocol and S3 on one data folder.

    Use: `await engines.start(print)`, then `engines.kafka.address` and so on, and `await engines.stop()` in `finally`.
    The parameters are those of `Kafka`.
    """

    def __init__(
        self, data_folder: Path, *, heap_megabytes: int = 256, full_jit: bool = False, jar_folder: Path | None = None
    ) -> None:
        self.folder = data_folder.absolute()
        self.kafka = Kafka(data_folder, heap_megabytes=heap_megabytes, full_jit=full_jit, jar_folder=jar_folder)
        self.mongo = Mongo(data_folder)
        self.objects = Objects(data_folder)
        self.each: tuple[Engine, ...] = (self.kafka, self.mongo, self.objects)

    @property
    def running(self) -> bool:
        """Whether all of them live."""
        return all(engine.running for engine in self.each)

    async def start(self, progress: Progress = quiet) -> None:
        """Start those that do not run, side by side; when one cannot start, none of them stays.

        Raises:
            EngineError: why the first of them cannot.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for engine in self.each:
                    group.create_task(engine.start(progress))
        except BaseExceptionGroup as failed:
            await self.stop()
            told, _others = failed.split(EngineError)
            raise (told or failed).exceptions[0] from None
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End all of them in order, side by side."""
        await asyncio.gather(*(engine.stop() for engine in self.each))

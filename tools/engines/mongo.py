"""SecantusDB's Python server: the MongoDB protocol, in a process of its own."""

import asyncio
import importlib.util
import sys
from collections.abc import Sequence
from typing import ClassVar

from tools.engines.engine import PROBE_SECONDS, Engine
from tools.engines.errors import EngineError
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

CACHE = "256M"
CONFIGURATION = "secantusd.toml"


class Mongo(Engine):
    """A replica set of one, always with `--sync-on-commit`: without it, acknowledged writes are lost when it is killed.

    Says nothing about elections, majorities or rollbacks of a real replica set.
    """

    name: ClassVar[str] = "mongo"
    title: ClassVar[str] = "MongoDB (SecantusDB)"
    port_names: ClassVar[tuple[str, ...]] = ("mongo",)
    port_span: ClassVar[range] = range(24000, 26000)

    @property
    def address(self) -> str:
        """A `mongodb://` URL."""
        return self.server

    @property
    def server(self) -> str:
        """The same, with nobody's user. Without retryable writes, which make this server slower with every write."""
        return f"mongodb://{LOOPBACK}:{self.port('mongo')}/?retryWrites=false"

    def access(self, service: str | None = None) -> dict[str, str]:
        """What a service is told of it: `service` is for a database that asks who that is."""
        del service
        return {"RASID_MONGO": self.address}

    async def answers(self) -> bool:
        """Whether it answers a ping."""
        _reader, writer = await asyncio.open_connection(LOOPBACK, self.port("mongo"))  # quicker to say no than a driver
        writer.close()
        return await asyncio.to_thread(self._answers_ping)

    async def prepare(self, _progress: Progress) -> None:
        """Write the configuration."""
        if importlib.util.find_spec("secantus") is None:
            raise EngineError("The package SecantusDB is missing", "install it: make setup")
        self.write_configuration()

    def command(self) -> Sequence[str]:
        """The server."""
        return (sys.executable, "-P", "-m", "secantus", *self.options(CACHE))

    def write_configuration(self) -> None:
        """Write an empty one: naming one keeps the server from looking for others on this machine."""
        (self.folder / CONFIGURATION).write_text("", encoding="utf-8")

    def options(self, cache_size: str) -> Sequence[str]:
        """What both of SecantusDB's servers are told."""
        settings = {
            "--config": CONFIGURATION,
            "--host": LOOPBACK,
            "--port": str(self.port("mongo")),
            "--storage-path": "store",
            "--cache-size": cache_size,
            "--log-level": "WARNING",
        }
        return ("--sync-on-commit", *(part for pair in settings.items() for part in pair))

    def _answers_ping(self) -> bool:
        from pymongo import MongoClient  # noqa: PLC0415 - a third of a second that `rasid --help` need not wait
        from pymongo.errors import PyMongoError  # noqa: PLC0415 - the same

        patience = int((PROBE_SECONDS - 1) * 1000)
        with MongoClient[dict[str, object]](
            self.server, serverSelectionTimeoutMS=patience, socketTimeoutMS=patience
        ) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True

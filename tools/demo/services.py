"""Rasid's services in processes of their own, run like engines: same start, stop, kill, pause, and no orphans."""

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import httpx

from rasid.identity.discovery import discovery_address
from tools.demo.connecting import http_client
from tools.engines import ports
from tools.engines.engine import PROBE_SECONDS, Engine
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

ROOT = Path(__file__).parents[2]


class Service(Engine):
    """One service. `environment` is what its settings are read from, beside its port."""

    port_names: ClassVar[tuple[str, ...]] = ("http",)
    module: ClassVar[str]

    def __init__(self, data_folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(data_folder)
        self._environment = dict(environment)
        self.launcher: Sequence[str] = (sys.executable, "-m")
        """What comes before the module's name; a fault test puts itself here."""

    @property
    def address(self) -> str:
        """An `http://` URL."""
        return f"http://{LOOPBACK}:{self.port('http')}"

    def port_candidates(self) -> Iterable[int]:
        """The documented port first, so that what the README says is true on most machines; then the folder's own."""
        return (self.port_span.start, *ports.candidates(self.port_span, self.folder))

    def configure(self, environment: Mapping[str, str]) -> None:
        """Settings for the next start."""
        self._environment = dict(environment)

    async def answers(self) -> bool:
        """Whether the service says that it can do its work."""
        async with http_client(self.address, timeout=PROBE_SECONDS) as client:
            try:
                return (await client.get("/ready")).is_success
            except httpx.TransportError:
                return False

    async def prepare(self, progress: Progress) -> None:
        """Nothing to prepare: topics, keys and buckets are made before."""
        del progress
        await asyncio.sleep(0)

    def command(self) -> Sequence[str]:
        """The service's own entry point."""
        return (*self.launcher, self.module)

    def environment(self) -> Mapping[str, str]:
        """This process's environment with the service's settings on top."""
        given = {**os.environ, "PYTHONPATH": str(ROOT), **self._environment}
        return {**given, "RASID_HOST": LOOPBACK, "RASID_PORT": str(self.port("http"))}


class Ingest(Service):
    """What cameras talk to."""

    name: ClassVar[str] = "ingest"
    title: ClassVar[str] = "ingest"
    module: ClassVar[str] = "services.ingest"
    port_span: ClassVar[range] = range(8801, 9800, 10)

    def environment(self) -> Mapping[str, str]:
        """As of every service; its spool is in its own folder, unless said otherwise."""
        return {"RASID_SPOOL": str(self.folder / "spool"), **super().environment()}


class Alerts(Service):
    """What rings."""

    name: ClassVar[str] = "alerts"
    title: ClassVar[str] = "alerts"
    module: ClassVar[str] = "services.alerts"
    port_span: ClassVar[range] = range(8802, 9800, 10)


class Search(Service):
    """What finds."""

    name: ClassVar[str] = "search"
    title: ClassVar[str] = "search"
    module: ClassVar[str] = "services.search"
    port_span: ClassVar[range] = range(8803, 9800, 10)


class Archive(Service):
    """What keeps the evidence."""

    name: ClassVar[str] = "archive"
    title: ClassVar[str] = "archive"
    module: ClassVar[str] = "services.archive"
    port_span: ClassVar[range] = range(8804, 9800, 10)


class Casework(Service):
    """What says which cases hold."""

    name: ClassVar[str] = "casework"
    title: ClassVar[str] = "casework"
    module: ClassVar[str] = "services.casework"
    port_span: ClassVar[range] = range(8805, 9800, 10)


class Issuer(Service):
    """Where the demo's people sign in, and whose keys the services believe."""

    name: ClassVar[str] = "issuer"
    title: ClassVar[str] = "the demo's issuer"
    module: ClassVar[str] = "tools.issuer"
    port_span: ClassVar[range] = range(8809, 9800, 10)

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder, {"RASID_DATA": str(data_folder.absolute())})

    async def answers(self) -> bool:
        """Whether it says what it is."""
        async with http_client(timeout=PROBE_SECONDS) as client:
            try:
                return (await client.get(discovery_address(self.address))).is_success
            except httpx.TransportError:
                return False


class Eraser(Service):
    """What deletes evidence, and it alone."""

    name: ClassVar[str] = "eraser"
    title: ClassVar[str] = "eraser"
    module: ClassVar[str] = "services.archive.eraser"
    port_span: ClassVar[range] = range(8808, 9800, 10)

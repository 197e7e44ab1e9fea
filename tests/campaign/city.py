"""A platform that everything can be done to: its network, its disks and its clocks are in our hands."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.campaign.plan import Fault, Kind, Targets
from tests.support.engines import REAL, new_engines
from tests.support.full import filled, mount, unmount
from tests.support.proxy import LOOPBACK, Proxy
from tests.support.stepped_clock import build, set_ahead, stepping
from tests.support.town import UNHURRIED
from tools.demo.platform import Platform
from tools.demo.services import Service
from tools.engines import Engine, Engines, KafkaCluster

SLOW_SECONDS = 0.5
HOUR_SECONDS = 3600
LOOK_SECONDS = 1.0
# Each of the spool's two files sets 16 MiB aside for itself.
DISKS = {"ingest's spool": ("RASID_SPOOL", 64), "archive's spool": ("RASID_CLIP_SPOOL", 24)}
Say = Callable[[str], None]


@dataclass
class City:
    """The platform, the network to each engine by the engine's name (one piece for each node), disks and clocks."""

    platform: Platform
    network: Mapping[str, list[Proxy]]
    disks: Mapping[str, Path]
    has_clocks: bool
    clocks_off: int = 0
    """How many clocks are off now: then an honest refusal may be about the time."""

    @property
    def targets(self) -> Targets:
        services = [service.name for service in self.platform.services]
        engines = {name: len(pieces) for name, pieces in self.network.items()}
        return Targets(services, engines, list(self.disks), services if self.has_clocks else ())

    async def suffer(self, fault: Fault) -> None:
        """Do it, and undo it when its time is over."""
        if fault.kind is Kind.KILL:
            await self._killed(self._service(fault.target))
        elif fault.kind in {Kind.AHEAD, Kind.BEHIND}:
            await self._at_another_time(fault)
        elif fault.kind is Kind.FULL:
            with filled(self.disks[fault.target]):
                await self._without(self.platform.engines.kafka.stop, fault.seconds, self.platform.engines.kafka)
        elif fault.kind in {Kind.CUT, Kind.HANG, Kind.SLOW}:
            with self._trouble(fault):
                await asyncio.sleep(fault.seconds)  # as long as it lasts: that is the fault
        else:
            await self._engine_away(fault)

    def _service(self, name: str) -> Service:
        return next(service for service in self.platform.services if service.name == name)

    async def _killed(self, service: Service) -> None:
        await service.kill()
        await service.start()

    async def _at_another_time(self, fault: Fault) -> None:
        service = self._service(fault.target)
        self.clocks_off += 1
        set_ahead(service.folder, HOUR_SECONDS if fault.kind is Kind.AHEAD else -HOUR_SECONDS)
        await asyncio.sleep(fault.seconds)
        if fault.is_deadly:
            await service.kill()
        set_ahead(service.folder, 0)
        await service.start()
        await asyncio.sleep(LOOK_SECONDS)  # until the process looks at its clock again, and its answers have come
        self.clocks_off -= 1

    @contextmanager
    def _trouble(self, fault: Fault) -> Iterator[None]:
        pieces = self.network[fault.target]
        for piece in pieces if fault.node == 0 else pieces[fault.node - 1 : fault.node]:
            if fault.kind is Kind.SLOW:
                piece.delay_seconds = SLOW_SECONDS
            else:
                (piece.cut if fault.kind is Kind.CUT else piece.hang)()
        try:
            yield
        finally:
            for piece in pieces:
                piece.delay_seconds = 0.0
                piece.mend()

    async def _engine_away(self, fault: Fault) -> None:
        engine = getattr(self.platform.engines, fault.target)
        part = engine.nodes[fault.node - 1] if fault.node else engine
        if fault.kind is not Kind.PAUSE:
            await self._without(part.kill if fault.kind is Kind.KILL_ENGINE else part.stop, fault.seconds, engine)
            return
        part.pause()
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            part.resume()

    async def _without(self, end: Callable, seconds: float, engine: Engine | KafkaCluster) -> None:
        await end()
        await asyncio.sleep(seconds)
        await engine.start()


@asynccontextmanager
async def city(folder: Path, say: Say) -> AsyncIterator[City]:
    """A platform whose services reach their engines through a network that can be cut, and so on."""
    async with AsyncExitStack() as stack:
        engines: Engines
        upstreams: dict[str, list[Callable[[], int]]] = {
            "kafka": [lambda number=number: _broker(engines, number) for number in range(3 if REAL else 1)],
            "mongo": [lambda: engines.mongo.port("mongo")],
            "objects": [lambda: engines.objects.port("s3")],
        }
        network = {
            name: [await stack.enter_async_context(Proxy(upstream)) for upstream in pieces]
            for name, pieces in upstreams.items()
        }
        ports = {number: piece.port for number, piece in enumerate(network["kafka"], 1)}
        engines = new_engines(folder, advertised_ports=ports)
        disks = {disk: path for disk in DISKS if (path := _disk(folder, disk, stack, say)) is not None}
        library = build(folder / "clocks")
        clock = stepping(library) if library is not None else {}
        platform = Platform(folder, settings={**_settings(network, disks), **clock}, engines=engines)
        for service in platform.services:
            set_ahead(service.folder, 0)
        if library is None:
            say("no clock steps here: that needs a C compiler (Debian: apt-get install gcc libc6-dev)")
        yield City(await stack.enter_async_context(platform), network, disks, library is not None)


def _broker(engines: Engines, number: int) -> int:
    return engines.kafka.nodes[number].port("broker")


def _disk(folder: Path, disk: str, stack: AsyncExitStack, say: Say) -> Path | None:
    variable, mebibytes = DISKS[disk]
    path = folder / "disks" / variable.lower()
    trouble = mount(path, mebibytes)
    if trouble is not None:
        say(f"{disk} is never full: {trouble}")
        return None
    stack.callback(unmount, path)
    return path


def _settings(network: Mapping[str, list[Proxy]], disks: Mapping[str, Path]) -> dict[str, str]:
    (mongo,), (objects,) = network["mongo"], network["objects"]
    return {
        **UNHURRIED,
        "RASID_DRAIN_SECONDS": "3",
        "RASID_SESSION_SECONDS": "3",
        "RASID_RELAY_LEASE_SECONDS": "3",
        "RASID_KAFKA": ",".join(piece.address for piece in network["kafka"]),
        # The server names its own address to a driver that may look for the others.
        "RASID_MONGO": f"mongodb://{LOOPBACK}:{mongo.port}/?retryWrites=false&directConnection=true",
        "RASID_OBJECTS": f"http://{objects.address}",
        **{DISKS[disk][0]: str(path / "spool") for disk, path in disks.items()},
    }

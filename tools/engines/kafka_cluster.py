"""Three Kafka nodes that are one cluster: every record on each of them, and acknowledged when two have it."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from tools.engines import claims, ports
from tools.engines.kafka import NOWHERE_ELSE, Kafka, new_cluster_id
from tools.engines.kafka_config import Door
from tools.engines.kafka_guarded import guarded_access
from tools.engines.kafka_users import KafkaUsers
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress, quiet
from tools.engines.together import start_together, stop_together

NODES = 3
ROLES = (*Kafka.port_names, "door")


class KafkaNode(Kafka):
    """One of several. Its ports are its cluster's: the others know them before it starts, and while it is down."""

    port_names: ClassVar[tuple[str, ...]] = ()
    brokers: ClassVar[int] = NODES

    def __init__(self, cluster: "KafkaCluster", number: int, advertised_ports: Mapping[int, int]) -> None:
        super().__init__(cluster.folder / f"node-{number}", advertised_ports=advertised_ports)
        self._cluster = cluster
        self._number = number

    @property
    def number(self) -> int:
        """From 1 on."""
        return self._number

    @property
    def controllers(self) -> Mapping[int, int]:
        """Of all nodes."""
        return {node.number: node.port("controller") for node in self._cluster.nodes}

    @property
    def door(self) -> Door:
        """Its second listener, for the services."""
        return Door(self.port("door"), self._cluster.users.root)

    def port(self, name: str) -> int:
        """Of this node."""
        return self._cluster.ports[f"{name}-{self._number}"]

    def cluster_id(self) -> str:
        """The same for all nodes."""
        return self._cluster.id


class KafkaCluster:
    """Starts, stops, kills and pauses all of its nodes, as `Kafka` does its one; `nodes` does it to one of them."""

    name: ClassVar[str] = "kafka"
    title: ClassVar[str] = f"Kafka ({NODES} nodes)"
    brokers: ClassVar[int] = NODES

    def __init__(self, data_folder: Path, *, advertised_ports: Mapping[int, int] = NOWHERE_ELSE) -> None:
        self.folder = data_folder.absolute() / self.name
        self.users = KafkaUsers(self.folder / "users.json")
        self._is_furnished = False
        self.nodes = tuple(KafkaNode(self, number, advertised_ports) for number in range(1, NODES + 1))

    @property
    def address(self) -> str:
        """`host:port` of every node, with commas between."""
        return ",".join(node.address for node in self.nodes)

    @property
    def guarded_address(self) -> str:
        """Where services are asked who they are; `address` is for whoever started it."""
        return ",".join(f"{LOOPBACK}:{node.port('door')}" for node in self.nodes)

    def access(self, service: str | None = None) -> dict[str, str]:
        """What a service is told of it, as its own user; as the administrator when no service is named."""
        open_ = {"RASID_KAFKA": self.address, "RASID_KAFKA_BROKERS": str(self.brokers)}
        return guarded_access(open_, self.users, self.guarded_address, service)

    @property
    def running(self) -> bool:
        """Whether all nodes live."""
        return all(node.running for node in self.nodes)

    @property
    def ports(self) -> Mapping[str, int]:
        """Of all nodes, by role and number; known once it has been started on this data folder."""
        return ports.load(self._ports_file)

    @property
    def id(self) -> str:
        """What tells this cluster from every other, for nodes that are new; known as its ports are."""
        return self._id_file.read_text(encoding="ascii")

    async def start(self, progress: Progress = quiet) -> None:
        """Start the nodes that do not run; return when each is ready, with every copy of what Kafka keeps for itself.

        Raises:
            EngineError: why the first of them cannot; then none of them stays.
        """
        if not any(node.running for node in self.nodes):
            self._prepare()
        await start_together(self.nodes, progress)
        if not self._is_furnished:
            await self.users.furnish(self.guarded_address)
            self._is_furnished = True

    async def stop(self) -> None:
        """End all nodes in order, and give up their ports."""
        await stop_together(self.nodes)
        claims.let_go(self.folder)

    async def kill(self) -> None:
        """End all nodes by SIGKILL, as a power cut would."""
        await asyncio.gather(*(node.kill() for node in self.nodes))

    def pause(self) -> None:
        """SIGSTOP to all nodes."""
        for node in self.nodes:
            node.pause()

    def resume(self) -> None:
        """SIGCONT to all nodes."""
        for node in self.nodes:
            node.resume()

    @property
    def _ports_file(self) -> Path:
        return self.folder / "ports.json"

    @property
    def _id_file(self) -> Path:
        return self.folder / "cluster-id"

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._id_file.exists():
            self._id_file.write_text(new_cluster_id(), encoding="ascii")
        self.users.ensure()
        names = [f"{role}-{node.number}" for node in self.nodes for role in ROLES]
        wanted = ports.candidates(Kafka.port_span, self.folder)
        choice = ports.choose(names, wanted, self.ports, partial(claims.claim, folder=self.folder))
        ports.save(self._ports_file, choice.ports)

"""The configuration of a node that is broker and controller (KRaft), alone or one of several."""

from collections.abc import Mapping
from dataclasses import dataclass

from rasid.contract.topics import REPLICATION_FACTOR
from rasid.stream.login import PLAIN, SCRAM, Login
from tools.engines.ports import LOOPBACK

LOG4J = """\
Configuration:
  status: WARN
  Appenders:
    Console:
      name: console
      PatternLayout:
        pattern: "%d{ISO8601} %p %c{1}: %m%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        ref: console
"""


DOOR = "DOOR"
MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True)
class Door:
    """Where users are asked who they are, and who makes them: `root` is known by configuration, as no other is."""

    port: int
    root: Login


def properties(
    node: int,
    broker_port: int,
    controllers: Mapping[int, int],
    door: Door | None = None,
    *,
    advertised_port: int | None = None,
) -> str:
    """`server.properties` of one node; `controllers` are the ports of all nodes by number, its own among them.

    Clients and the other nodes are sent to `advertised_port` where something stands before this node. The data folder
    is relative to the working folder: it needs no escaping that way.
    """
    settings = _node(node, broker_port, controllers) | _copies(len(controllers)) | _of_every_node()
    settings |= {"advertised.listeners": f"BROKER://{LOOPBACK}:{advertised_port or broker_port}"}
    if door is not None:
        settings |= _guarded(settings, door)
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _node(node: int, broker_port: int, controllers: Mapping[int, int]) -> dict[str, str | int]:
    voters = (f"{number}@{LOOPBACK}:{port}" for number, port in controllers.items())
    return {
        "node.id": node,
        "process.roles": "broker,controller",
        "listeners": f"BROKER://{LOOPBACK}:{broker_port},CONTROLLER://{LOOPBACK}:{controllers[node]}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        # Voters by configuration, not recorded in the log: so the port may change between two starts.
        "controller.quorum.voters": ",".join(voters),
        "log.dirs": "store",
    }


def _guarded(open_: Mapping[str, str | int], door: Door) -> dict[str, str | int]:
    """A second door that asks everybody who they are, and lets each do what they were given.

    By the first one come the nodes among themselves and whoever started them, on this machine alone: as administrators.
    """
    of_door = f"listener.name.{DOOR.lower()}"
    return {
        "listeners": f"{open_['listeners']},{DOOR}://{LOOPBACK}:{door.port}",
        "advertised.listeners": f"{open_['advertised.listeners']},{DOOR}://{LOOPBACK}:{door.port}",
        "listener.security.protocol.map": f"{open_['listener.security.protocol.map']},{DOOR}:SASL_PLAINTEXT",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:ANONYMOUS;User:{door.root.user}",
        f"{of_door}.sasl.enabled.mechanisms": f"{SCRAM},{PLAIN}",
        f"{of_door}.{SCRAM.lower()}.sasl.jaas.config": f"{MODULES}.scram.ScramLoginModule required;",
        f"{of_door}.plain.sasl.jaas.config": f"{MODULES}.plain.PlainLoginModule required "
        f'user_{door.root.user}="{door.root.password}";',
    }


def _copies(nodes: int) -> dict[str, str | int]:
    """What Kafka keeps for itself: on three nodes as our own topics are kept, on fewer once."""
    copies, in_sync = (REPLICATION_FACTOR, REPLICATION_FACTOR - 1) if nodes >= REPLICATION_FACTOR else (1, 1)
    return {
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
    }


def _of_every_node() -> dict[str, str | int]:
    return {
        # A killed broker comes back only when its old session has run out: 12 s with the default of 9 s.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        # Few partitions of what Kafka keeps for itself, so that it starts quickly.
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        # Tests kill members of groups and wait for that to be noticed; the default takes no session below 6 s.
        "group.min.session.timeout.ms": 1000,
        # Topics are made on purpose, with their settings, never by a typing mistake.
        "auto.create.topics.enable": "false",
        # The cleaner's default of 128 MB is half of this heap.
        "log.cleaner.dedupe.buffer.size": 4_194_304,
    }


def java_options(heap_megabytes: int, *, full_jit: bool) -> tuple[str, ...]:
    """Options of the Java machine.

    Without `full_jit` it compiles quickly and lightly (C1 only): right for a broker that starts often. C2 has the
    better tail under load, after a warm-up of 40 s.
    """
    return (
        f"-Xmx{heap_megabytes}m",
        "-XX:+UseSerialGC",
        *(() if full_jit else ("-XX:TieredStopAtLevel=1",)),
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-UsePerfData",  # no files of ours in the system's folder for temporary ones
        "--sun-misc-unsafe-memory-access=allow",
        "--enable-native-access=ALL-UNNAMED",
        "-Dlog4j2.configurationFile=log4j2.yaml",
    )

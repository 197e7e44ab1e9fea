"""The configuration of a broker that is a whole cluster by itself (KRaft, one node)."""

from collections.abc import Mapping

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


def properties(broker_port: int, controller_port: int) -> str:
    """`server.properties`. The data folder is relative to the working folder: it needs no escaping that way."""
    return "".join(f"{name}={value}\n" for name, value in _settings(broker_port, controller_port).items())


def _settings(broker_port: int, controller_port: int) -> Mapping[str, str | int]:
    return {
        "node.id": 1,
        "process.roles": "broker,controller",
        "listeners": f"BROKER://{LOOPBACK}:{broker_port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        # Voters by configuration, not recorded in the log: so the port may change between two starts.
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "log.dirs": "store",
        # A killed broker comes back only when its old session has run out: 12 s with the default of 9 s.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        # One node: what Kafka keeps for itself has one copy, and few partitions, so that it starts quickly.
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
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

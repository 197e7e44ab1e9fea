"""The engines of the demo and of the tests: real Apache Kafka, SecantusDB's Python server and SeaweedFS.

Two more stand in for production in tests and benchmarks, built from source once: MinIO and SecantusDB's Rust server.

Each engine runs in a process of its own, on 127.0.0.1 only, with its data in one folder, and ends with the process that
started it, however that one ends. They speak the protocols of production (`docs/decisions` says which engine stands for
which), so the services know nothing of this package.
"""

from tools.engines.all import Engines
from tools.engines.engine import Engine
from tools.engines.errors import EngineError
from tools.engines.kafka import Kafka
from tools.engines.kafka_cluster import KafkaCluster
from tools.engines.kafka_guarded import GuardedKafka
from tools.engines.minio import Minio
from tools.engines.mongo import Mongo
from tools.engines.mongo_guarded import GuardedMongo, GuardedSecantusRs
from tools.engines.objects import Objects
from tools.engines.secantus_rs import SecantusRs

__all__ = [
    "Engine",
    "EngineError",
    "Engines",
    "GuardedKafka",
    "GuardedMongo",
    "GuardedSecantusRs",
    "Kafka",
    "KafkaCluster",
    "Minio",
    "Mongo",
    "Objects",
    "SecantusRs",
]

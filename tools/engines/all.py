"""The three engines together."""

from collections.abc import Sequence
from pathlib import Path

from tools.engines.engine import Engine
from tools.engines.kafka import Kafka
from tools.engines.kafka_cluster import KafkaCluster
from tools.engines.mongo import Mongo
from tools.engines.object_store import ObjectStoreEngine
from tools.engines.objects import Objects
from tools.engines.progress import Progress, quiet
from tools.engines.together import start_together, stop_together


class Engines:
    """Kafka, the MongoDB protocol and S3 on one data folder.

    Use: `await engines.start(print)`, then `engines.kafka.address` and so on, and `await engines.stop()` in `finally`.
    They are those of the demo unless others are given.
    """

    def __init__(
        self,
        data_folder: Path,
        *,
        kafka: Kafka | KafkaCluster | None = None,
        mongo: Mongo | None = None,
        objects: ObjectStoreEngine | None = None,
    ) -> None:
        self.folder = data_folder.absolute()
        self.kafka = kafka or Kafka(data_folder)
        self.mongo = mongo or Mongo(data_folder)
        self.objects = objects or Objects(data_folder)

    @property
    def each(self) -> Sequence[Engine]:
        """Every process of them."""
        return (*self.kafka.nodes, self.mongo, self.objects)

    @property
    def running(self) -> bool:
        """Whether all of them live."""
        return all(engine.running for engine in self.each)

    async def start(self, progress: Progress = quiet) -> None:
        """Start those that do not run, side by side; when one cannot start, none of them stays.

        Raises:
            EngineError: why the first of them cannot.
        """
        await start_together((self.kafka, self.mongo, self.objects), progress)

    async def stop(self) -> None:
        """End all of them in order, side by side."""
        await stop_together((self.kafka, self.mongo, self.objects))

"""Where events wait on this machine's disk while Kafka does not take them, and how they get there after all."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rasid.contract.topics import TOPICS
from rasid.errors import ConfigurationError
from rasid.service.tools import Tools
from rasid.stream.circuit import Circuit
from rasid.stream.drain import Away, Drain
from rasid.stream.producer import KafkaProducer
from rasid.stream.spool import Spool
from rasid.stream.spool_folder import SpoolFolder
from rasid.stream.spool_lane import SpoolLane
from rasid.stream.spool_orphans import Orphans
from rasid.stream.spool_outlet import BusOutlet
from rasid.stream.spooling import SpoolingPublisher
from services.ingest.losses import loss_letter
from services.ingest.settings import SERVICE, IngestSettings

# What waits here may not become older than it would on its topic.
RETENTION_SECONDS = {
    topic.name: topic.retention_seconds
    for topic in TOPICS
    if SERVICE in topic.producers and topic.retention_seconds is not None
}


@dataclass(frozen=True, slots=True)
class Spooling:
    """What publishes, and what must run beside it."""

    publisher: SpoolingPublisher
    drain: Drain
    orphans: Orphans


async def open_spool(producer: KafkaProducer, tools: Tools[IngestSettings], stack: AsyncExitStack) -> Spooling:
    """Take a folder of our own and open what is in it. Raises ConfigurationError, and ends the process."""
    settings, circuit = tools.settings, Circuit()
    folder = _take(tools)
    stack.callback(folder.let_go)
    own = _lane(folder.path, settings.spool_bytes, producer, tools)
    stack.push_async_callback(own.spool.close)
    await own.spool.open()
    drain = Drain(
        own,
        Away("Kafka", circuit, lambda: producer.acknowledged),
        per_second=settings.spool_per_second,
        limit_bytes=settings.spool_bytes,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=tools.pulse("the spool"),
    )
    orphans = Orphans(settings.spool, partial(_left_behind, drain, producer, tools), tools.clock)
    return Spooling(SpoolingPublisher(producer, own.spool, circuit, tools.metrics), drain, orphans)


def _take(tools: Tools[IngestSettings]) -> SpoolFolder:
    try:
        return SpoolFolder.take(tools.settings.spool)
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)
        raise


def _left_behind(
    drain: Drain, producer: KafkaProducer, tools: Tools[IngestSettings], folder: Path
) -> Sequence[tuple[Drain, SpoolLane]]:
    return [(drain, _lane(folder, None, producer, tools))]


def _lane(folder: Path, limit_bytes: int | None, producer: KafkaProducer, tools: Tools[IngestSettings]) -> SpoolLane:
    spool = Spool(folder, kind="events", limit_bytes=limit_bytes, clock=tools.clock, metrics=tools.metrics)
    outlet = BusOutlet(
        producer,
        tools.settings.publish_deadline_seconds,
        lambda loss: loss_letter(loss, tools.clock.now()),
    )
    return SpoolLane(spool, outlet, retention_seconds=RETENTION_SECONDS, metrics=tools.metrics)

"""Where events and pictures wait on this machine's disk while Kafka or the object store does not take them."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from rasid.contract.topics import DETECTIONS, FACES, TOPICS
from rasid.errors import ConfigurationError
from rasid.runtime.held_folder import HeldFolder
from rasid.service.tools import Tools
from rasid.storage.objects import ObjectStore
from rasid.stream.circuit import Circuit
from rasid.stream.drain import Away, Drain
from rasid.stream.producer import KafkaProducer
from rasid.stream.spool import Kind, Spool
from rasid.stream.spool_lane import Outlet, SpoolLane
from rasid.stream.spool_orphans import Orphans
from rasid.stream.spool_outlet import BusOutlet
from rasid.stream.spooling import SpoolingPublisher
from services.ingest.losses import loss_letter
from services.ingest.picture_spool import FACE_KIND, KIND, PictureSpool, StoreOutlet
from services.ingest.settings import SERVICE, IngestSettings

OF_TOPICS = {
    topic.name: topic.retention_seconds
    for topic in TOPICS
    if SERVICE in topic.producers and topic.retention_seconds is not None
}


def kept_seconds(settings: IngestSettings) -> Mapping[str, float]:
    """What waits here may not become older than it would on its topic, nor a picture than it would in its store."""
    return OF_TOPICS | {
        KIND: min(OF_TOPICS[DETECTIONS.name], settings.retention_seconds),
        FACE_KIND: min(OF_TOPICS[FACES.name], settings.faces_retention_seconds),
    }


@dataclass(frozen=True, slots=True)
class Spooling:
    """What publishes events and shelters pictures, and what must run beside it."""

    publisher: SpoolingPublisher
    pictures: PictureSpool
    drains: tuple[Drain, Drain]
    orphans: Orphans


async def open_spool(
    producer: KafkaProducer, objects: ObjectStore, tools: Tools[IngestSettings], stack: AsyncExitStack
) -> Spooling:
    """Take a folder of our own and open what is in it. Raises ConfigurationError, and ends the process."""
    folder = _take(tools)
    stack.callback(folder.let_go)
    store = StoreOutlet(objects, tools.settings.pictures_bucket)
    lanes = _Lanes(producer, store, tools)
    events = lanes.of_events(folder.path, tools.settings.spool_bytes)
    pictures = lanes.of_pictures(folder.path, tools.settings.spool_pictures_bytes)
    for lane in (events, pictures):
        stack.push_async_callback(lane.spool.close)
        await lane.spool.open()
    circuit = Circuit()
    drains = _drain_of_events(events, producer, circuit, tools), _drain_of_pictures(pictures, store, tools)

    def left_behind(path: Path) -> Sequence[tuple[Drain, SpoolLane]]:
        return tuple(zip(drains, (lanes.of_events(path, None), lanes.of_pictures(path, None)), strict=True))

    return Spooling(
        SpoolingPublisher(producer, events.spool, circuit, tools.metrics),
        PictureSpool(pictures.spool),
        drains,
        Orphans(tools.settings.spool, left_behind, tools.clock),
    )


def _take(tools: Tools[IngestSettings]) -> HeldFolder:
    try:
        return HeldFolder.take(tools.settings.spool, "RASID_SPOOL")
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)
        raise


def _drain_of_events(own: SpoolLane, producer: KafkaProducer, circuit: Circuit, tools: Tools[IngestSettings]) -> Drain:
    settings = tools.settings
    return Drain(
        own,
        Away("Kafka", circuit, lambda: producer.acknowledged),
        per_second=settings.spool_per_second,
        limit_bytes=settings.spool_bytes,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=tools.pulse("the spool of events"),
    )


def _drain_of_pictures(own: SpoolLane, store: StoreOutlet, tools: Tools[IngestSettings]) -> Drain:
    settings = tools.settings
    return Drain(
        own,
        # What is put live keeps its own account of the store: here three failures of this drain in a row.
        Away("the object store", Circuit(), lambda: store.acknowledged, is_vital=False),
        per_second=settings.spool_pictures_per_second,
        limit_bytes=settings.spool_pictures_bytes,
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=tools.pulse("the spool of pictures"),
    )


@dataclass(frozen=True, slots=True)
class _Lanes:
    """Makes the lanes of a folder, not yet open; `limit_bytes` None for one that is only emptied."""

    producer: KafkaProducer
    store: StoreOutlet
    tools: Tools[IngestSettings]

    def of_events(self, folder: Path, limit_bytes: int | None) -> SpoolLane:
        tools = self.tools
        outlet = BusOutlet(
            self.producer,
            tools.settings.publish_deadline_seconds,
            lambda loss: loss_letter(loss, tools.clock.now()),
        )
        return self._lane("events", outlet, folder, limit_bytes)

    def of_pictures(self, folder: Path, limit_bytes: int | None) -> SpoolLane:
        return self._lane("pictures", self.store, folder, limit_bytes)

    def _lane(self, kind: Kind, outlet: Outlet, folder: Path, limit_bytes: int | None) -> SpoolLane:
        tools = self.tools
        spool = Spool(folder, kind=kind, limit_bytes=limit_bytes, clock=tools.clock, metrics=tools.metrics)
        return SpoolLane(spool, outlet, retention_seconds=kept_seconds(tools.settings), metrics=tools.metrics)

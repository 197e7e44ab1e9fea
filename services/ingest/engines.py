"""Ingest's connections to its engines, and what is checked of each before it may be used."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from rasid.contract.topics import TOPICS
from rasid.runtime.clock import Clock
from rasid.service.connections import connect_bus, connect_mongo
from rasid.service.delivery import check_contract
from rasid.service.object_store import connect_objects
from rasid.service.tools import Tools
from rasid.storage.changes import ChangeCounter, ChangeFollower
from rasid.storage.mongo import Mongo
from rasid.storage.objects import ObjectStore
from rasid.storage.opening import open_database
from rasid.storage.outbox import MongoOutbox
from rasid.stream.producer import KafkaProducer
from services.ingest.devices import Devices
from services.ingest.indexes import INDEXES
from services.ingest.registry.device_documents import CONTROLLER_FIELDS, DEVICE_FIELDS, controller_of, device_of
from services.ingest.registry.entries import CAMERAS, SITES
from services.ingest.settings import SERVICE, IngestSettings
from services.ingest.spooling import Spooling, open_spool
from services.ingest.surroundings import Part, Surroundings


@dataclass(frozen=True, slots=True)
class Engines:
    """The connections, and what is kept in step with the database."""

    producer: KafkaProducer
    spooling: Spooling
    mongo: Mongo
    objects: ObjectStore
    counter: ChangeCounter
    outbox: MongoOutbox
    devices: Devices
    controllers: Devices
    followers: tuple[ChangeFollower, ChangeFollower]
    surroundings: Surroundings


async def connect(tools: Tools[IngestSettings], stack: AsyncExitStack) -> Engines:
    """Connect to what is there; `surroundings` waits for the rest. `stack` ends the connections."""
    mongo = await connect_mongo(tools, stack)
    objects = connect_objects(tools, stack)
    bus = await connect_bus(tools, stack)
    spooling = await open_spool(bus.producer, objects, tools, stack)
    counter = ChangeCounter(mongo, "registry")
    outbox = MongoOutbox(mongo, [SITES.name, CAMERAS.name], tools.clock, tells_tables=True)
    devices, controllers = Devices(), Devices()
    followers = _followers(mongo, counter, devices, controllers, tools)
    check_topics = partial(check_contract, [topic for topic in TOPICS if SERVICE in topic.producers], tools)
    ensure_bucket = partial(objects.ensure_bucket, tools.settings.pictures_bucket)
    opening = partial(_open, mongo, followers, (devices, controllers), tools.clock)
    parts = [
        Part("Kafka", check_topics, bus.log.cluster, needed="never"),
        Part("the database", opening, mongo.ping, needed="at start"),
        Part("the object store", ensure_bucket, ensure_bucket, needed="never"),
    ]
    surroundings = Surroundings(parts, readiness=tools.readiness, clock=tools.clock)
    return Engines(
        bus.producer, spooling, mongo, objects, counter, outbox, devices, controllers, followers, surroundings
    )


def _followers(
    mongo: Mongo,
    counter: ChangeCounter,
    devices: Devices,
    controllers: Devices,
    tools: Tools[IngestSettings],
) -> tuple[ChangeFollower, ChangeFollower]:
    """Of cameras and of sites: both learn within seconds of what another process wrote."""
    return (
        ChangeFollower(
            counter,
            mongo.collection(CAMERAS.name),
            lambda document: devices.apply(device_of(document)),
            clock=tools.clock,
            fields=DEVICE_FIELDS,
            on_state=partial(tools.readiness.told, "the registry"),
        ),
        ChangeFollower(
            counter,
            mongo.collection(SITES.name),
            lambda document: controllers.apply(controller_of(document)),
            clock=tools.clock,
            fields=CONTROLLER_FIELDS,
            on_state=partial(tools.readiness.told, "the registry of sites"),
        ),
    )


async def _open(mongo: Mongo, followers: Sequence[ChangeFollower], kept: Sequence[Devices], clock: Clock) -> None:
    """Make the indexes and load cameras and sites: from then on posts can be told apart."""
    await open_database(mongo, INDEXES, clock)
    for follower, devices in zip(followers, kept, strict=True):
        await follower.look()
        devices.is_loaded = True

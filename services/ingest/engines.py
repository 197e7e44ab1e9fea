"""Ingest's connections to its engines, and what is checked of each before it may be used."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from rasid.contract.topics import TOPICS
from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.ids import Ids
from rasid.runtime.metrics import Metrics
from rasid.runtime.serve import Lifecycle
from rasid.runtime.watchdog import Watchdog
from rasid.storage.changes import ChangeCounter, ChangeFollower
from rasid.storage.mongo import Mongo
from rasid.storage.objects import ObjectStore
from rasid.storage.outbox import MongoOutbox
from rasid.stream.admin import check_topics
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from services.ingest.devices import Devices
from services.ingest.registry import CAMERAS, SITES
from services.ingest.settings import SERVICE, IngestSettings
from services.ingest.store import DEVICE_FIELDS, device_of
from services.ingest.surroundings import Part, Surroundings


@dataclass(frozen=True, slots=True)
class Tools:
    """What every part of the process is handed."""

    clock: Clock
    ids: Ids
    metrics: Metrics
    readiness: Readiness
    watchdog: Watchdog


@dataclass(frozen=True, slots=True)
class Engines:
    """The connections, and what is kept in step with the database."""

    producer: KafkaProducer
    mongo: Mongo
    objects: ObjectStore
    counter: ChangeCounter
    outbox: MongoOutbox
    devices: Devices
    follower: ChangeFollower
    surroundings: Surroundings


async def connect(settings: IngestSettings, lifecycle: Lifecycle, tools: Tools, stack: AsyncExitStack) -> Engines:
    """Connect to what is there; `surroundings` waits for the rest. `stack` ends the connections."""
    mongo = await _mongo(settings, lifecycle, stack)
    objects = _objects(settings, stack)
    producer = await stack.enter_async_context(_producer(settings, tools))
    counter = ChangeCounter(mongo, "registry")
    outbox = MongoOutbox(mongo, [SITES.name, CAMERAS.name], tools.clock)
    devices = Devices()
    follower = _follower(mongo, counter, devices, tools)
    ensure_bucket = partial(objects.ensure_bucket, settings.pictures_bucket)
    parts = [
        Part("Kafka", partial(_check_topics, settings), KafkaLog(settings.kafka, SERVICE).cluster, needed="always"),
        Part("the database", partial(_open, mongo, outbox, follower, devices), mongo.ping, needed="at start"),
        Part("the object store", ensure_bucket, ensure_bucket, needed="never"),
    ]
    surroundings = Surroundings(parts, readiness=tools.readiness, clock=tools.clock)
    return Engines(producer, mongo, objects, counter, outbox, devices, follower, surroundings)


async def _mongo(settings: IngestSettings, lifecycle: Lifecycle, stack: AsyncExitStack) -> Mongo:
    mongo = Mongo(
        settings.mongo.get_secret_value(),
        settings.database,
        deadline_seconds=settings.store_deadline_seconds,
    )
    stack.push_async_callback(mongo.stop)
    try:
        await mongo.start()
    except Unavailable:
        pass  # the surroundings wait for it
    except ConfigurationError as error:
        lifecycle.refuse(error)
        raise
    return mongo


def _objects(settings: IngestSettings, stack: AsyncExitStack) -> ObjectStore:
    objects = ObjectStore(
        settings.objects,
        settings.objects_access_key,
        settings.objects_secret_key.get_secret_value(),
        connections=settings.objects_connections,
    )
    stack.push_async_callback(objects.stop)
    return objects


def _producer(settings: IngestSettings, tools: Tools) -> KafkaProducer:
    return KafkaProducer(
        settings.kafka,
        SERVICE,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=settings.publish_deadline_seconds,
    )


def _follower(mongo: Mongo, counter: ChangeCounter, devices: Devices, tools: Tools) -> ChangeFollower:
    return ChangeFollower(
        counter,
        mongo.collection(CAMERAS.name),
        lambda document: devices.apply(device_of(document)),
        clock=tools.clock,
        fields=DEVICE_FIELDS,
        on_state=partial(tools.readiness.told, "the registry"),
    )


async def _check_topics(settings: IngestSettings) -> None:
    """Refuse topics that are missing or other than the contract says: retention and order rest on them."""
    mine = [topic for topic in TOPICS if SERVICE in topic.producers]
    differences = await check_topics(settings.kafka, mine, brokers=settings.kafka_brokers)
    if differences:
        raise ConfigurationError(
            f"Kafka's topics are not as the contract says: {'; '.join(differences)}",
            "make or alter them as docs/events.md lists them; RASID_KAFKA_BROKERS must be the number of brokers",
        )


async def _open(mongo: Mongo, outbox: MongoOutbox, follower: ChangeFollower, devices: Devices) -> None:
    """Make the indexes and load the cameras: from then on posts can be told apart."""
    await mongo.ping()
    await outbox.prepare()
    await follower.prepare()
    await follower.look()
    devices.is_loaded = True

"""The archive's connections to its engines, and what is checked of each before it may be used."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from rasid.contract.topics import ALERTS, AUDIT, CAMERAS, CASES, EVIDENCE, Topic, dead_letter_topic
from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.serve import Lifecycle
from rasid.storage.mongo import Mongo
from rasid.storage.objects import LockedBucket, ObjectStore, Verdict, prove_lock
from rasid.storage.outbox import MongoOutbox
from rasid.stream.admin import check_topics
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from services.archive import store
from services.archive.clip_store import BucketClips
from services.archive.settings import SERVICE, ArchiveSettings
from services.archive.store import MongoStore
from services.archive.tools import Tools

USED_TOPICS: Sequence[Topic] = (
    *(EVIDENCE, dead_letter_topic(EVIDENCE), ALERTS, dead_letter_topic(ALERTS)),
    *(CASES, CAMERAS, AUDIT),
)


@dataclass(frozen=True, slots=True)
class Engines:
    """The connections. `clips` has the application's credential, `remover` the eraser's if there is one."""

    producer: KafkaProducer
    kafka: KafkaLog
    mongo: Mongo
    store: MongoStore
    outbox: MongoOutbox
    bucket: LockedBucket
    eraser_bucket: LockedBucket | None
    clips: BucketClips
    remover: BucketClips
    tools: Tools

    async def open(self) -> None:
        """Make the indexes: from then on evidence can be read and noted. Raises Unavailable."""
        await self.mongo.ping()
        await self.store.prepare()
        await self.outbox.prepare()

    async def prove_lock(self) -> Verdict:
        """Make the bucket if need be, and try its lock. Raises Unavailable and ConfigurationError."""
        await self.bucket.ensure()
        return await prove_lock(self.bucket, self.tools.clock.now(), self.tools.ids, eraser=self.eraser_bucket)

    async def check_topics(self) -> None:
        """Refuse topics that are missing or other than the contract says: retention and order rest on them."""
        settings = self.tools.settings
        differences = await check_topics(settings.kafka, USED_TOPICS, brokers=settings.kafka_brokers)
        if differences:
            raise ConfigurationError(
                f"Kafka's topics are not as the contract says: {'; '.join(differences)}",
                "make or alter them as docs/events.md lists them; RASID_KAFKA_BROKERS must be the number of brokers",
            )


async def connect(tools: Tools, lifecycle: Lifecycle, stack: AsyncExitStack) -> Engines:
    """Connect to what is there; the rest is waited for. `stack` ends the connections."""
    settings = tools.settings
    mongo = await _mongo(settings, lifecycle, stack)
    secret = settings.eraser_secret_key.get_secret_value()
    has_eraser = bool(settings.eraser_access_key and secret)
    bucket = _bucket(settings, settings.objects_access_key, settings.objects_secret_key.get_secret_value(), stack)
    eraser_bucket = _bucket(settings, settings.eraser_access_key, secret, stack) if has_eraser else None
    return Engines(
        producer=await stack.enter_async_context(_producer(tools)),
        kafka=KafkaLog(settings.kafka, SERVICE),
        mongo=mongo,
        store=MongoStore(mongo),
        outbox=MongoOutbox(mongo, [store.EVIDENCE], tools.clock),
        bucket=bucket,
        eraser_bucket=eraser_bucket,
        clips=BucketClips(bucket),
        remover=BucketClips(eraser_bucket or bucket),
        tools=tools,
    )


async def _mongo(settings: ArchiveSettings, lifecycle: Lifecycle, stack: AsyncExitStack) -> Mongo:
    mongo = Mongo(
        settings.mongo.get_secret_value(), settings.database, deadline_seconds=settings.store_deadline_seconds
    )
    stack.push_async_callback(mongo.stop)
    try:
        await mongo.start()
    except Unavailable:
        pass  # it is waited for before the first request on the bus is taken
    except ConfigurationError as error:
        lifecycle.refuse(error)
        raise
    return mongo


def _bucket(settings: ArchiveSettings, access_key: str, secret_key: str, stack: AsyncExitStack) -> LockedBucket:
    objects = ObjectStore(settings.objects, access_key, secret_key, connections=settings.objects_connections)
    stack.push_async_callback(objects.stop)
    return LockedBucket(objects, settings.evidence_bucket)


def _producer(tools: Tools) -> KafkaProducer:
    return KafkaProducer(
        tools.settings.kafka,
        SERVICE,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=tools.settings.publish_deadline_seconds,
    )

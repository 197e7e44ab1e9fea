"""One broker for a contract test, in memory or real, with what a test needs to put in, look at and break."""

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from rasid.contract.codec import Message, encode
from rasid.contract.envelope import Event
from rasid.contract.topics import Topic, dead_letter_topic
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.stream.admin import ensure_topics
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.ports import GroupConsumer, Log, Record
from rasid.stream.producer import KafkaProducer
from rasid.stream.reading import up_to_now
from rasid.stream.settings import LoopSettings
from rasid.testing.broker import MemoryBroker, MemoryPublisher
from tests.support.engines import Given, killable
from tools.engines import Kafka, KafkaCluster

DEADLINE_SECONDS = 1.5


def fresh(name: str) -> str:
    """A name nobody else uses."""
    return f"{name}-{uuid.uuid4().hex[:12]}"


class Bus(Protocol):
    log: Log
    publisher: KafkaProducer | MemoryPublisher

    async def topic(self, partitions: int = 1, *, compacted: bool = False) -> str: ...
    def consumer(self, topic: str, group: str, settings: LoopSettings) -> GroupConsumer: ...
    async def put(self, topic: str, *events: Event[Any] | Message, partition: int | None = 0) -> None: ...
    async def records(self, topic: str) -> list[Record]: ...
    async def committed(self, topic: str, group: str) -> Mapping[int, int]: ...
    def away(self) -> AbstractAsyncContextManager[None]: ...


def poison(topic: str, count: int, *, cameras: int = 2) -> list[Message]:
    """Records that no consumer of plate reads can read."""
    return [
        Message(topic, f"cam-{number % cameras}".encode(), b"nonsense", (("ce_type", b"plate.read"),))
        for number in range(count)
    ]


def messages(topic: str, events: Sequence[Event[Any] | Message]) -> list[Message]:
    return [replace(event if isinstance(event, Message) else encode(event), topic=topic) for event in events]


class MemoryBus:
    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.log = self.broker.log()
        self.publisher = self.broker.publisher()

    async def topic(self, partitions: int = 1, *, compacted: bool = False) -> str:
        name = fresh("topic")
        self.broker.create(name, partitions)
        self.broker.create(f"{name}.dlq")
        return name

    def consumer(self, topic: str, group: str, settings: LoopSettings) -> GroupConsumer:
        return self.broker.consumer(topic, group)

    async def put(self, topic: str, *events: Event[Any] | Message, partition: int | None = 0) -> None:
        for message in messages(topic, events):
            self.broker.append(message, partition)

    async def records(self, topic: str) -> list[Record]:
        return [record for log in self.broker.partitions(topic) for record in log]

    async def committed(self, topic: str, group: str) -> Mapping[int, int]:
        return dict(self.broker.committed(topic, group))

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        self.broker.is_away = True
        try:
            yield
        finally:
            self.broker.is_away = False


class KafkaBus:
    """Kafka through the adapters; what the test itself puts in and looks at goes through aiokafka directly."""

    def __init__(self, engine: Kafka | KafkaCluster | Given) -> None:
        self.engine = engine
        self.bootstrap = engine.address
        self.log = KafkaLog(self.bootstrap, "tests", deadline_seconds=2.0)
        self.publisher = self.new_publisher()
        self._raw = AIOKafkaProducer(bootstrap_servers=self.bootstrap, enable_idempotence=True)

    def new_publisher(self) -> KafkaProducer:
        return KafkaProducer(
            self.bootstrap,
            "tests",
            clock=SystemClock(),
            metrics=Metrics(CollectorRegistry()),
            deadline_seconds=DEADLINE_SECONDS,
        )

    async def start(self) -> None:
        await self.publisher.start()
        await self._raw.start()

    async def stop(self) -> None:
        await self.publisher.stop()
        await self._raw.stop()

    async def topic(self, partitions: int = 1, *, compacted: bool = False) -> str:
        topic = Topic(
            name=fresh("topic"),
            key="camera",
            partitions=partitions,
            retention_seconds=None if compacted else 3600,
            compacted=compacted,
            producers=("tests",),
            consumers=("tests",),
            purpose="One test.",
        )
        await ensure_topics(self.bootstrap, [topic, dead_letter_topic(topic)], brokers=self.engine.brokers)
        return topic.name

    def consumer(self, topic: str, group: str, settings: LoopSettings) -> GroupConsumer:
        return KafkaGroupConsumer(self.bootstrap, topic, group, client_id="tests", settings=settings)

    async def put(self, topic: str, *events: Event[Any] | Message, partition: int | None = 0) -> None:
        sent = [
            await self._raw.send(m.topic, m.value, m.key, partition=partition, headers=list(m.headers))
            for m in messages(topic, events)
        ]
        for acknowledgement in sent:
            await acknowledgement

    async def records(self, topic: str) -> list[Record]:
        return [record async for record in up_to_now(self.log, topic)]

    async def committed(self, topic: str, group: str) -> Mapping[int, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=group, enable_auto_commit=False)
        partitions = [TopicPartition(topic, number) for number in await self.log.bounds(topic)]
        await consumer.start()
        try:
            offsets = {at.partition: await consumer.committed(at) for at in partitions}
        finally:
            await consumer.stop()
        return {number: offset for number, offset in offsets.items() if offset is not None}

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        engine = killable(self.engine)
        engine.pause()
        try:
            yield
        finally:
            engine.resume()

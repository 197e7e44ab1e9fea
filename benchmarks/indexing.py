"""Search's way from Kafka to found passages, against bare bulk inserts of the same documents into the same engine.

The path: poll, decode, merge into passages, insert, learn plates and cameras, commit. The bare inserts get the same
documents, made already: as many batches at a time as the topic has partitions, each as large as the path's may be, with
the same write concern, into a collection with the same indexes. Each event is a read of its own passage; vehicles come
back about twenty times; every partition has as many reads, or the end would be measured of the one that has most, and
so many that the end, when partitions have nothing more to do one by one, does not count. Both sides take turns in
who comes first, and the processor's time a read is told of each. Engine: SecantusDB's Rust server.
"""

import asyncio
import gc
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from aiokafka.partitioner import murmur2

from benchmarks._bench import broker, metrics, report, run
from benchmarks._cost import Cost, costed, processor
from rasid.contract.codec import Message, encode
from rasid.contract.detections import PlateReadV1
from rasid.contract.envelope import Event
from rasid.contract.fields import utc_text
from rasid.contract.topics import Topic
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness
from rasid.runtime.serve import YOUNG_OBJECTS
from rasid.runtime.watchdog import Watchdog
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Document, Mongo
from rasid.stream.admin import ensure_topics
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.delivery import Handler
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from rasid.stream.received import Received
from rasid.stream.settings import LoopSettings
from rasid.testing.builders import plate_read
from services.search.camera_store import MongoCameraStore
from services.search.delivery import FETCH_BYTES
from services.search.documents import to_document
from services.search.handlers import Reads
from services.search.indexes import INDEXES
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.passages import passage_of
from services.search.plate_store import MongoPlateStore
from services.search.store import KEY, PASSAGES, MongoPassageStore
from tools.engines import SecantusRs

EVENTS = 60_000
ROUNDS = 5
BATCH = 500
CAMERAS_OF_PARTITION = 10
VEHICLES = EVENTS // 20
RETENTION = timedelta(days=21)
TOPIC = Topic(
    name="bench.reads",
    key="camera",
    partitions=4,
    retention_seconds=3600,
    producers=(),
    consumers=(),
    purpose="Reads for the benchmark.",
)


def cameras() -> list[str]:
    """As many for each partition of the topic."""
    found: dict[int, list[str]] = {number: [] for number in range(TOPIC.partitions)}
    for name in map("cam-{}".format, range(1000)):
        of_partition = found[(murmur2(name.encode()) & 0x7FFFFFFF) % TOPIC.partitions]
        if len(of_partition) < CAMERAS_OF_PARTITION:
            of_partition.append(name)
    return [name for names in found.values() for name in names]


def reads() -> list[Event[PlateReadV1]]:
    """Reads of the last ten minutes."""
    chance, now, names = Random(7), SystemClock().now(), cameras()  # noqa: S311 - traffic, not secrets
    return [
        plate_read(
            f"13A{chance.randrange(VEHICLES):05d}",
            camera_id=names[number % len(names)],
            track=str(number),
            received_at=now - timedelta(milliseconds=chance.randrange(600_000)),
            captured_at=utc_text(now - timedelta(milliseconds=chance.randrange(600_000))),
        )
        for number in range(EVENTS)
    ]


async def fill(bootstrap: str, events: Sequence[Event[PlateReadV1]]) -> None:
    """Put the reads onto the topic."""
    async with KafkaProducer(bootstrap, "bench", clock=SystemClock(), metrics=metrics()) as producer:
        for start in range(0, len(events), 1000):
            async with asyncio.TaskGroup() as group:
                for event in events[start : start + 1000]:
                    message = encode(event)
                    moved = Message(TOPIC.name, message.key, message.value, message.headers)
                    group.create_task(producer.publish_message(moved, deadline_seconds=30))


async def bare(mongo: Mongo, documents: Sequence[Document]) -> float:
    """Documents a second of the client and the engine alone."""
    await ensure_indexes(mongo, INDEXES)
    collection = mongo.collection(PASSAGES)
    batches = [list(documents[start : start + BATCH]) for start in range(0, len(documents), BATCH)]

    async def insert() -> None:
        while batches:
            await collection.insert_many(batches.pop())

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(TOPIC.partitions):
            group.create_task(insert())
    return len(documents) / (time.perf_counter() - began)


async def handler(mongo: Mongo) -> Reads:
    """The service's handler on a fresh database."""
    clock = SystemClock()
    passages, plates = MongoPassageStore(mongo), MongoPlateStore(mongo, Lexicon())
    cameras = MongoCameraStore(mongo, Knowledge(), RETENTION)
    await ensure_indexes(mongo, INDEXES)
    await cameras.begin(clock.now())
    return Reads(passages, plates, cameras, retention=RETENTION, clock=clock, metrics=metrics())


def loop(bootstrap: str, producer: KafkaProducer, handle: Handler) -> DeliveryLoop:
    """The delivery loop as the service runs it, in a group of its own."""
    clock, group = SystemClock(), str(uuid.uuid4())
    settings = LoopSettings(batch_records=BATCH, fetch_bytes=FETCH_BYTES)
    return DeliveryLoop(
        topic=TOPIC.name,
        group=group,
        types=frozenset({"plate.read"}),
        handler=handle,
        consumer=KafkaGroupConsumer(bootstrap, TOPIC.name, group, client_id="bench", settings=settings),
        log=KafkaLog(bootstrap, client_id="bench"),
        publisher=producer,
        clock=clock,
        metrics=metrics(),
        readiness=Readiness(),
        pulse=Watchdog(clock).pulse("bench", 60),
        settings=settings,
    )


async def indexing(bootstrap: str, mongo: Mongo) -> float:
    """Reads a second that the service's own parts take from the topic into the database."""
    handle = await handler(mongo)
    finished = asyncio.Event()
    done, began = 0, 0.0

    async def timed(batch: Sequence[Received]) -> None:
        nonlocal done, began
        began = began or time.perf_counter()
        await handle(batch)
        done += len(batch)
        if done >= EVENTS:
            finished.set()

    async with KafkaProducer(bootstrap, "bench", clock=SystemClock(), metrics=metrics()) as producer:
        work = asyncio.create_task(loop(bootstrap, producer, timed).run())
        await asyncio.wait({work, asyncio.create_task(finished.wait())}, return_when=asyncio.FIRST_COMPLETED)
        rate = done / (time.perf_counter() - began)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert await mongo.collection(PASSAGES).count({}) == EVENTS
    return rate


async def rounds(
    bootstrap: str, engine: SecantusRs, documents: Sequence[Document], stack: AsyncExitStack
) -> tuple[list[Cost], list[Cost]]:
    """Each side in turn, in a database of its own each time, so that a machine whose speed drifts does so for both."""

    async def database() -> Mongo:
        mongo = Mongo(engine.address, f"bench_{uuid.uuid4().hex[:8]}", deadline_seconds=60)
        await mongo.start()
        stack.push_async_callback(mongo.stop)
        return mongo

    paths: list[Cost] = []
    bares: list[Cost] = []

    async def path() -> None:
        paths.append(await costed(indexing(bootstrap, await database()), EVENTS, engine.pid))

    async def limit() -> None:
        bares.append(await costed(bare(await database(), documents), EVENTS, engine.pid))

    await indexing(bootstrap, await database())
    for number in range(ROUNDS):
        for side in (path, limit) if number % 2 else (limit, path):
            await side()
    return paths, bares


async def main() -> None:
    """Print the figure as one JSON object."""
    events = reads()
    documents = [{**to_document(passage_of(event, RETENTION), KEY), "version": 1} for event in events]
    # No service holds all this, so its garbage collector does not go through it, nor is it called as often.
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rasid-bench-")))
        engine = SecantusRs(folder)
        await engine.start()
        stack.push_async_callback(engine.stop)
        bootstrap = await stack.enter_async_context(broker())
        await ensure_topics(bootstrap, [TOPIC], brokers=1)
        await fill(bootstrap, events)
        paths, bares = await rounds(bootstrap, engine, documents, stack)
    report(
        "indexing",
        "reads/s",
        [cost.rate for cost in paths],
        [cost.rate for cost in bares],
        goal_ratio=0.8,
        limit="bare bulk inserts of ready documents, same indexes, same engine",
        processor_microseconds=processor(paths),
        limit_processor_microseconds=processor(bares),
    )


if __name__ == "__main__":
    run(main())

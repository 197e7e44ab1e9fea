"""The delivery loop with a handler that does nothing, against a bare loop that polls, decodes and commits as well.

Both read the same 60,000 plate reads (1.1 KB each) from 4 partitions, in turn, each round in a group of its own.
"""

import asyncio
import time
import uuid
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks._bench import broker, metrics, report, run
from rasid.contract.codec import decode, encode
from rasid.contract.topics import Topic
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness
from rasid.runtime.watchdog import Watchdog
from rasid.stream.admin import ensure_topics
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from rasid.stream.received import Received
from rasid.stream.settings import LoopSettings
from rasid.testing.builders import plate_read

EVENTS = 60_000
ROUNDS = 3
TOPIC = Topic(
    name="bench.reads",
    key="camera",
    partitions=4,
    retention_seconds=3600,
    producers=(),
    consumers=(),
    purpose="Reads for the benchmark.",
)


async def fill(bootstrap: str) -> None:
    """Put the reads of 40 cameras onto the topic."""
    messages = [encode(plate_read(f"13A{n:05d}", camera_id=f"cam-{n % 40}", track=str(n))) for n in range(200)]
    async with KafkaProducer(bootstrap, "bench", clock=SystemClock(), metrics=metrics()) as producer:
        for start in range(0, EVENTS, 1000):
            batch = [messages[(start + n) % len(messages)] for n in range(1000)]
            async with asyncio.TaskGroup() as group:
                for message in batch:
                    moved = type(message)(TOPIC.name, message.key, message.value, message.headers)
                    group.create_task(producer.publish_message(moved, deadline_seconds=30))


async def bare(bootstrap: str) -> float:
    """Events a second of the client alone: poll, decode, commit once a second."""
    consumer = AIOKafkaConsumer(
        TOPIC.name,
        bootstrap_servers=bootstrap,
        group_id=str(uuid.uuid4()),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=256 * 1024,
        fetch_max_wait_ms=250,
    )
    await consumer.start()
    try:
        return await _drain(consumer)
    finally:
        await consumer.stop()


async def _drain(consumer: AIOKafkaConsumer) -> float:
    began = committed = time.perf_counter()
    seen = 0
    done: dict[TopicPartition, int] = {}
    while seen < EVENTS:
        for partition, records in (await consumer.getmany(timeout_ms=200)).items():
            for record in records:
                decode(record.headers, record.value)
            seen += len(records)
            done[partition] = records[-1].offset + 1
        if time.perf_counter() - committed > 1:
            await consumer.commit(done)
            committed = time.perf_counter()
    await consumer.commit(done)
    return EVENTS / (time.perf_counter() - began)


async def loop(bootstrap: str) -> float:
    """Events a second of the delivery loop, from its first event to its last."""
    clock, figures, group = SystemClock(), metrics(), str(uuid.uuid4())
    settings = LoopSettings()
    finished = asyncio.Event()
    seen, first = 0, 0.0

    async def handler(batch: Sequence[Received]) -> None:
        nonlocal seen, first
        first = first or time.perf_counter()
        seen += len(batch)
        if seen >= EVENTS:
            finished.set()

    async with KafkaProducer(bootstrap, "bench", clock=clock, metrics=figures) as producer:
        work = asyncio.create_task(
            DeliveryLoop(
                topic=TOPIC.name,
                group=group,
                types=frozenset({"plate.read"}),
                handler=handler,
                consumer=KafkaGroupConsumer(bootstrap, TOPIC.name, group, client_id="bench", settings=settings),
                log=KafkaLog(bootstrap, client_id="bench"),
                publisher=producer,
                clock=clock,
                metrics=figures,
                readiness=Readiness(),
                pulse=Watchdog(clock).pulse("bench", 60),
                settings=settings,
            ).run(),
        )
        await asyncio.wait({work, asyncio.create_task(finished.wait())}, return_when=asyncio.FIRST_COMPLETED)
        rate = seen / (time.perf_counter() - first)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    return rate


async def main() -> None:
    """Measure in turn, so that a machine whose speed drifts does so for both."""
    async with broker() as bootstrap:
        await ensure_topics(bootstrap, [TOPIC], brokers=1)
        await fill(bootstrap)
        await bare(bootstrap)
        pairs = [(await loop(bootstrap), await bare(bootstrap)) for _ in range(ROUNDS)]
    report(
        "consumer_loop",
        "events/s",
        [figure for figure, _ in pairs],
        [bound for _, bound in pairs],
        goal_ratio=0.7,
        limit="bare client: poll, decode, commit each second",
    )


if __name__ == "__main__":
    run(main())

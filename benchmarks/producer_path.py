"""Publishing typed events (encode, deadline, metrics) against the client's bare `send_and_wait` of the same bytes.

256 publishers at a time, 20,000 plate reads a round, acknowledged by the broker (`acks=all`, idempotent).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaProducer

from benchmarks._bench import broker, metrics, report, run
from rasid.contract.codec import encode
from rasid.contract.topics import DETECTIONS
from rasid.runtime.clock import SystemClock
from rasid.stream.admin import ensure_topics
from rasid.stream.producer import KafkaProducer
from rasid.testing.builders import plate_read

EVENTS = 20_000
AT_ONCE = 256
ROUNDS = 3


async def rate(send: Callable[[int], Awaitable[object]]) -> float:
    """Sends a second with a fixed number of senders."""
    numbers = iter(range(EVENTS))

    async def sender() -> None:
        for number in numbers:
            await send(number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(sender())
    return EVENTS / (time.perf_counter() - began)


async def main() -> None:
    """Measure in turn."""
    reads = [plate_read(f"13A{n:05d}", camera_id=f"cam-{n % 40}", track=str(n)) for n in range(1000)]
    messages = [encode(read) for read in reads]
    async with broker() as bootstrap:
        await ensure_topics(bootstrap, [DETECTIONS], brokers=1)
        client = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            max_batch_size=128 * 1024,
        )
        await client.start()

        def bare(number: int) -> Awaitable[object]:
            message = messages[number % len(messages)]
            headers = list(message.headers)
            sent: Awaitable[object] = client.send_and_wait(message.topic, message.value, message.key, headers=headers)
            return sent

        async with KafkaProducer(bootstrap, "bench", clock=SystemClock(), metrics=metrics()) as producer:

            def ours(number: int) -> Awaitable[object]:
                return producer.publish(reads[number % len(reads)], deadline_seconds=30)

            await rate(bare)
            pairs = [(await rate(ours), await rate(bare)) for _ in range(ROUNDS)]
        await client.stop()
    report(
        "producer_path",
        "events/s",
        [figure for figure, _ in pairs],
        [bound for _, bound in pairs],
        goal_ratio=0.8,
        limit="bare client: send_and_wait of the same bytes",
    )


if __name__ == "__main__":
    run(main())

"""Publishing: an event is published when every in-sync replica has it, and not before.

The Kafka producer is idempotent, so its own retries make no duplicates and keep the order. Two things it leaves to us:

* it retries for ever; whoever publishes has a deadline. What was given up may still arrive later, with the same id;
* after an error that it does not retry (an outage that leaves its sequence numbers out of step is the known one) every
  later send to that partition fails too. Then it is replaced, and everyone who still waits sends again: same id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerClosed
from aiokafka.partitioner import murmur2
from msgspec import Struct

from rasid.contract.codec import Message, encode
from rasid.contract.envelope import Event
from rasid.contract.topics import DEAD_LETTER_BYTES
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.deadline import Deadlines
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.kafka_client import start, to_the_end
from rasid.stream.login import Login, client_options

BATCH_BYTES = 128 * 1024
REQUEST_MS = 10_000
START_SECONDS = 10.0
LET_GO_SECONDS = 0.05
AGAIN_SECONDS = 0.25

MOST_KEYS = 65_536
MOST_TOPICS = 64

Otherwise = Callable[[Message], Awaitable[None]]

logger = get_logger(__name__)


@lru_cache(MOST_KEYS)
def _hash(key: bytes) -> int:
    """Kafka's own hash of a key, remembered: the same few cameras and agencies come again and again."""
    return int(murmur2(key)) & 0x7FFFFFFF


def _partition(key: bytes, partitions: Sequence[int], _available: Sequence[int]) -> int:
    """The partition every Kafka client chooses for this key."""
    return partitions[_hash(key) % len(partitions)]


class KafkaProducer:
    """Implements `rasid.runtime.publishing.Publisher`. An async context manager; for any number of tasks.

    It starts without a broker too: until there is one, publishing raises Unavailable.
    """

    def __init__(
        self,
        bootstrap: str,
        client_id: str,
        *,
        clock: Clock,
        metrics: Metrics,
        deadline_seconds: float = 1.5,
        login: Login | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._login = login
        self._client_id = client_id
        self._clock = clock
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._deadlines = Deadlines()
        self._published = lru_cache(MOST_TOPICS)(metrics.events_published.labels)
        self._current: asyncio.Task[AIOKafkaProducer] | None = None
        self._retired: set[asyncio.Task[None]] = set()
        self._stopped = False
        self.acknowledged = 0
        """How many messages the broker has acknowledged."""

    async def start(self) -> None:
        """Connect; returns after the deadline also when there is no broker yet."""
        await asyncio.wait([self._connect()], timeout=self._deadline_seconds)

    async def stop(self) -> None:
        """Send what is still waiting, as far as the broker takes it within the deadline, and close."""
        self._stopped = True
        current, self._current = self._current, None
        if current is not None:
            await to_the_end(_close(current, flush_seconds=self._deadline_seconds))
        await asyncio.gather(*self._retired)

    def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> Coroutine[Any, Any, None]:
        """Return when the event is durable; raises Unavailable, or InvalidEvent when it is too large."""
        return self.publish_message(encode(event), deadline_seconds=deadline_seconds)

    async def publish_message(
        self, message: Message, *, deadline_seconds: float | None = None, otherwise: Otherwise | None = None
    ) -> None:
        """Return when the message is durable; raises Unavailable, or InvalidEvent when it is too large.

        `otherwise`, when given, is asked what becomes of a message without an acknowledgement, instead of raising.

        Everything on the way is in this one function: hundreds wait here at a time, and each step more is one more
        coroutine for each of them.
        """
        seconds = self._deadline_seconds if deadline_seconds is None else deadline_seconds
        try:
            with self._deadlines.within(seconds):
                while True:
                    current = self._connect()
                    producer = current.result() if current.done() else await asyncio.shield(current)
                    try:
                        sent = await producer.send(
                            message.topic, message.value, message.key, headers=list(message.headers)
                        )
                        await sent
                        break
                    except MessageSizeTooLargeError as error:
                        raise InvalidEvent("too_large", str(error)) from error
                    except KafkaError as error:
                        self._replace(current, error)
                        await self._clock.sleep(AGAIN_SECONDS)
        except TimeoutError:
            self._metrics.publish_failures.labels(message.topic).inc()
            if otherwise is None:
                raise Unavailable("Kafka", f"{message.topic} did not acknowledge within {seconds} s") from None
        else:
            self.acknowledged += 1
            self._published(message.topic).inc()
            return
        await otherwise(message)

    def _connect(self) -> asyncio.Task[AIOKafkaProducer]:
        """The producer in use; a task, so that no caller's deadline interrupts its making."""
        if self._stopped:
            raise Unavailable("Kafka", "this producer has been stopped")
        if self._current is None:
            self._current = asyncio.create_task(self._make(), name="Kafka producer")
        return self._current

    def _replace(self, broken: asyncio.Task[AIOKafkaProducer], error: KafkaError) -> None:
        """Retire a producer once, however many tasks have seen it fail."""
        if self._current is not broken:
            return
        self._current = None
        self._metrics.producer_rebuilds.inc()
        logger.warning("the Kafka producer is replaced after an error", why=repr(error))
        retired = asyncio.create_task(_close(broken, flush_seconds=0), name="retired Kafka producer")
        self._retired.add(retired)
        retired.add_done_callback(self._retired.discard)

    async def _make(self) -> AIOKafkaProducer:
        """Make a producer, however long the broker is away."""
        is_away = False
        while True:
            producer = self._new_client()
            try:
                await start(producer, START_SECONDS)
            except (TimeoutError, KafkaError) as error:
                if not is_away:
                    logger.warning("Kafka cannot be reached to publish", why=str(error) or type(error).__name__)
                is_away = True
                await producer.stop()
                await self._clock.sleep(AGAIN_SECONDS)
            except asyncio.CancelledError:
                await producer.stop()
                raise
            else:
                return producer

    def _new_client(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            max_request_size=DEAD_LETTER_BYTES,
            partitioner=_partition,
            request_timeout_ms=REQUEST_MS,
            **client_options(self._login),
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


async def _close(current: asyncio.Task[AIOKafkaProducer], *, flush_seconds: float) -> None:
    """Close a producer whatever its state; what it still holds after `flush_seconds` is given up.

    Left alone, aiokafka flushes for as long as the broker is away. So its sending is ended first, and what it holds is
    failed, which whoever waits for it takes as a reason to send again with the next producer.
    """
    current.cancel()
    await asyncio.wait([current])
    if current.cancelled():
        return
    producer = current.result()
    with suppress(TimeoutError):
        async with asyncio.timeout(flush_seconds):
            await producer.flush()
    sending = producer._sender.sender_task  # noqa: SLF001 - there is no public way
    while not sending.done():
        sending.cancel()  # the first time it waits for the request in hand, the second time no more
        await asyncio.wait([sending], timeout=LET_GO_SECONDS)
    waiting = producer._message_accumulator  # noqa: SLF001 - the same
    waiting.fail_all(ProducerClosed())
    for batch in (*chain(*waiting._batches.values()), *waiting._pending_batches):  # noqa: SLF001 - the same
        batch._drain_waiter.exception()  # noqa: SLF001 - it has been seen, or asyncio would complain of it later
    await producer.stop()

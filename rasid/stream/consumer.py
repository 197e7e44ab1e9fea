"""The delivery loop: every record of a topic reaches its handler until it is done, whatever breaks in between.

One turn is poll, dispatch, settle, commit (decoding is the first thing a dispatched partition does). Partitions work at
the same time, each in order, and while one is at work what comes next of it is read ahead, up to a batch. What a
handler's error means:

* none: done, and its offset may be committed;
* `InvalidEvent`: a dead letter, acknowledged by the broker before its offset moves; a limit on them holds the consumer;
* `Unavailable`: this partition pauses, goes back to its first undone record and is tried again after a while;
* anything else: a mistake of ours. The loop ends with that error and the offset unmoved.
"""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.dead_letters import DeadLetters, LimitReached
from rasid.stream.delivery import Delivery, Handler
from rasid.stream.hold import Hold
from rasid.stream.lag import LagWatch
from rasid.stream.limit import DeadLetterLimit
from rasid.stream.offsets import Offsets
from rasid.stream.ports import CommitRefused, GroupConsumer, Log, MessagePublisher, Record, Records
from rasid.stream.retry import Retries
from rasid.stream.running import Running
from rasid.stream.settings import LoopSettings

AGAIN_SECONDS = 1.0
# While a slow handler is at work, the end of it must not wait for records of other partitions.
BUSY_POLL_SECONDS = 0.02

logger = get_logger(__name__)


class DeliveryLoop:
    """One consumer of a group on one topic. `run` until cancelled; a cancelled run leaves the group in good order."""

    def __init__(
        self,
        *,
        topic: str,
        group: str,
        types: frozenset[str],
        handler: Handler,
        consumer: GroupConsumer,
        log: Log,
        publisher: MessagePublisher,
        clock: Clock,
        metrics: Metrics,
        readiness: Readiness,
        pulse: Pulse,
        settings: LoopSettings | None = None,
    ) -> None:
        self._topic = topic
        self._consumer = consumer
        self._clock = clock
        self._metrics = metrics
        self._settings = settings = settings or LoopSettings()
        self._limit = DeadLetterLimit(settings.limit)
        letters = DeadLetters(topic, group, publisher=publisher, limit=self._limit, clock=clock, metrics=metrics)
        self._batch_records = settings.batch_records
        self._delivery = Delivery(topic, types=types, handler=handler, dead_letters=letters, metrics=metrics)
        self._hold = Hold(topic, group, log=log, clock=clock, metrics=metrics, readiness=readiness)
        self._watch = LagWatch(
            topic, consumer, log, clock=clock, metrics=metrics, readiness=readiness, pulse=pulse, settings=settings
        )
        self._offsets = Offsets(settings.commit_seconds)
        self._retries = Retries(settings.retry, random.random)
        self._running = Running()
        self._ahead: dict[int, Sequence[Record]] = {}
        self._held: asyncio.Task[None] | None = None
        self._paused: frozenset[int] = frozenset()
        self._leaving = False

    async def run(self) -> None:
        """Deliver until cancelled. Waits for a broker that is away; raises what a handler should not have raised."""
        try:
            while True:
                try:
                    await self._serve()
                except Unavailable as error:
                    self._watch.away(error)
                    await self._clock.sleep(AGAIN_SECONDS)
        finally:
            await self._end_hold()

    async def _serve(self) -> None:
        """Be a member of the group: turn after turn, and leave in good order whatever ends it."""
        try:
            self._watch.joining()
            await self._watch.ask(self._offsets)
            await self._consumer.start(self)
            while True:
                await self._turn()
        finally:
            await self._leave()

    async def _turn(self) -> None:
        is_busy = bool(self._running.partitions)
        self._dispatch(await self._consumer.poll(BUSY_POLL_SECONDS if is_busy else self._settings.poll_seconds))
        await self._settle()
        await self._commit(self._offsets.due(self._clock.monotonic()))
        await self._watch.look(self._offsets, self._resting())

    def _dispatch(self, records: Records) -> None:
        """Start the work on every partition that has records; of one that is at work they wait for their turn."""
        self._running.collect()
        for partition, of_partition in records.items():
            self._offsets.take(partition, [record.offset for record in of_partition])
            if partition in self._running.partitions:
                self._ahead[partition] = [*self._ahead.get(partition, ()), *of_partition]
            else:
                self._running.start(partition, self._work(partition, of_partition, self._offsets.epoch))

    async def _work(self, partition: int, records: Sequence[Record], epoch: int) -> None:
        """Deliver records of one partition, batch after batch, and what is read ahead of it meanwhile.

        What is left undone of them is read again from the first of it on.
        """
        mark = partial(self._offsets.done, epoch, partition)
        failure: Unavailable | LimitReached | None = None
        try:
            while records and self._may_go_on():
                await self._delivery.deliver(records[: self._batch_records], mark)
                rest = records[self._batch_records :]
                records = self._filled_up(partition, rest) if epoch == self._offsets.epoch else ()
        except (Unavailable, LimitReached) as error:
            failure = error
        if epoch != self._offsets.epoch:
            return
        self._ahead.pop(partition, None)
        self._judge(partition, failure)
        if self._offsets.has_undone(partition):
            self._consumer.seek(partition, self._offsets.rewind(partition))

    def _filled_up(self, partition: int, rest: Sequence[Record]) -> Sequence[Record]:
        """What is left, with what was read ahead when it is less than a batch: the fuller, the less a record costs."""
        return rest if len(rest) >= self._batch_records else [*rest, *self._ahead.pop(partition, ())]

    def _judge(self, partition: int, failure: Unavailable | LimitReached | None) -> None:
        match failure:
            case None:
                self._retries.succeeded(partition)
            case LimitReached():
                self._held = self._held or asyncio.create_task(self._hold.until_resumed(str(failure)))
            case Unavailable():
                delay = self._retries.failed(partition, self._clock.monotonic())
                self._metrics.consumer_pauses.labels(self._topic).inc()
                logger.warning(
                    "a partition waits because something is unavailable",
                    topic=self._topic,
                    partition=partition,
                    offset=self._offsets.first_undone(partition),
                    why=str(failure),
                    seconds=round(delay, 3),
                )

    def _may_go_on(self) -> bool:
        return self._held is None and not self._leaving

    async def _settle(self) -> None:
        """Let the handlers have a turn, and see how they fared."""
        await asyncio.sleep(0)
        self._running.collect()
        if self._held is not None and self._held.done():
            self._held.result()
            self._held = None
            self._limit.reset()
        self._set_pauses()

    def _resting(self) -> frozenset[int]:
        """The partitions that stand still on purpose."""
        ours = self._offsets.partitions
        return ours if self._held is not None else ours & self._retries.waiting(self._clock.monotonic())

    def _set_pauses(self) -> None:
        """Pause exactly the partitions that rest, and those of which a whole batch is read ahead.

        None for less: the client then asks the broker for the others alone, and what is resumed waits for that answer.
        """
        enough = {partition for partition, ahead in self._ahead.items() if len(ahead) >= self._batch_records}
        paused = self._resting() | (self._offsets.partitions & enough)
        for partition in paused - self._paused:
            self._consumer.pause(partition)
        for partition in self._paused - paused:
            self._consumer.resume(partition)
        self._paused = paused

    async def _commit(self, offsets: Mapping[int, int]) -> None:
        if not offsets:
            return
        epoch = self._offsets.epoch
        try:
            await self._consumer.commit(offsets)
        except CommitRefused:
            self._metrics.commits_lost.inc()
        except Unavailable as error:
            self._watch.away(error)
        else:
            self._offsets.committed(epoch, offsets)

    async def revoked(self) -> None:
        """A rebalance begins: bring what runs to an end, commit what is done."""
        self._watch.joining()
        await self._finish()

    async def assigned(self, partitions: Collection[int]) -> None:
        """A rebalance has ended. The broker's side has forgotten every pause."""
        self._offsets.assign(partitions)
        self._retries.keep(partitions)
        self._ahead.clear()
        self._paused = frozenset()
        self._leaving = False
        self._set_pauses()
        self._watch.joined()

    async def _finish(self) -> None:
        """End the assignment: let handlers finish their batch within the budget, else cancel them; commit."""
        self._leaving = True
        await self._running.end(self._settings.drain_seconds, self._settings.cancel_seconds)
        self._ahead.clear()
        await self._commit(self._offsets.uncommitted())
        self._offsets.revoke()

    async def _leave(self) -> None:
        try:
            await self._finish()
        finally:
            await self._consumer.stop()

    async def _end_hold(self) -> None:
        if self._held is not None:
            self._held.cancel()
            await asyncio.gather(self._held, return_exceptions=True)

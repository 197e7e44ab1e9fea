"""A delivery loop as a test runs it: started, watched, stopped, and asked what it did."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry

from rasid.runtime.clock import Clock, SystemClock
from rasid.runtime.health import Readiness
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.consumer import DeliveryLoop
from rasid.stream.delivery import Handler
from rasid.stream.ports import GroupConsumer, MessagePublisher
from rasid.stream.received import Received
from rasid.stream.retry import Backoff
from rasid.stream.settings import LoopSettings
from tests.support.buses import Bus

QUICK = LoopSettings(
    poll_seconds=0.05,
    drain_seconds=3.0,
    cancel_seconds=1.0,
    commit_seconds=0.1,
    look_seconds=0.5,
    retry=Backoff(base_seconds=0.05, cap_seconds=0.3),
)


def group_of(topic: str) -> str:
    """The group of a topic that only one test uses."""
    return f"group-of-{topic}"


class Seen:
    """A handler that keeps what it is given."""

    def __init__(self) -> None:
        self.batches: list[list[Received]] = []

    async def __call__(self, batch: Sequence[Received]) -> None:
        self.batches.append(list(batch))

    @property
    def ids(self) -> list[str]:
        return [received.event.id for batch in self.batches for received in batch]


class Member:
    """One process of a consumer group. An async context manager that stops it in order."""

    def __init__(
        self,
        bus: Bus,
        topic: str,
        handler: Handler,
        *,
        group: str | None = None,
        types: frozenset[str] = frozenset({"plate.read"}),
        settings: LoopSettings = QUICK,
        consumer: GroupConsumer | None = None,
        publisher: MessagePublisher | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or SystemClock()
        self.group = group = group or group_of(topic)
        self.metrics = Metrics(CollectorRegistry())
        self.readiness = Readiness()
        self.pulse = Pulse("consumer", 60, clock)
        self.loop = DeliveryLoop(
            topic=topic,
            group=group,
            types=types,
            handler=handler,
            consumer=consumer or bus.consumer(topic, group, settings),
            log=bus.log,
            publisher=publisher or bus.publisher,
            clock=clock,
            metrics=self.metrics,
            readiness=self.readiness,
            pulse=self.pulse,
            settings=settings,
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        return not self.readiness.waiting

    @property
    def error(self) -> BaseException | None:
        """What ended it, once it has ended by itself."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    async def start(self) -> Self:
        self._task = asyncio.create_task(self.loop.run())
        return self

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

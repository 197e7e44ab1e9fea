"""Stands in for casework where a test starts one service alone, or wants casework to be silent: its heartbeat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from prometheus_client import CollectorRegistry

from rasid.contract.envelope import new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.errors import Unavailable
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from rasid.stream.producer import KafkaProducer

CLOCK = SystemClock()
BEAT_SECONDS = 1.0


@asynccontextmanager
async def casework_alive(bootstrap: str) -> AsyncIterator[None]:
    """Services on this broker hear of casework each second while the context is open."""
    metrics = Metrics(CollectorRegistry())
    async with (
        KafkaProducer(bootstrap, "test-casework", clock=CLOCK, metrics=metrics, deadline_seconds=10) as producer,
        asyncio.TaskGroup() as group,
    ):
        beating = group.create_task(_beat(producer))
        try:
            yield
        finally:
            beating.cancel()


async def _beat(publisher: Publisher) -> None:
    while True:
        now = CLOCK.now()
        version = int(now.timestamp() * 1000)
        data = CaseworkHeartbeatV1(at=utc_text(now), version=version)
        with suppress(Unavailable):
            await publisher.publish(new_event(caused_id("test-casework", str(version)), "/casework", now, data))
        await CLOCK.sleep(BEAT_SECONDS)

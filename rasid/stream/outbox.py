"""The relay of the outbox: publishes the events that wait in the documents whose change caused them.

A change and its events are one write, so neither can exist without the other. The relay publishes, waits for the
broker's acknowledgement, and only then clears: whatever is cut in between comes again, with the same id.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from rasid.contract.codec import from_structured
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Pending, Publisher

__all__ = ["OutboxRelay", "Pending", "PendingStore"]

logger = get_logger(__name__)


class PendingStore(Protocol):
    """Where events wait. All of it raises Unavailable."""

    async def oldest(self, limit: int) -> Sequence[Pending]:
        """Waiting events, oldest first; those of one document together and in order."""

    async def clear(self, done: Pending) -> None:
        """Forget an event that the broker has; harmless when it is already forgotten."""

    async def hold(self, holder: str, seconds: float) -> bool:
        """Take or keep the lease for `seconds` (0 gives it back); False while another process holds it."""


class OutboxRelay:
    """Publishes what waits, in order for each document. One process at a time does it: the holder of the lease."""

    def __init__(
        self,
        store: PendingStore,
        publisher: Publisher,
        *,
        holder: str,
        clock: Clock,
        metrics: Metrics,
        poll_seconds: float = 1.0,
        lease_seconds: float = 30.0,
        limit: int = 100,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._holder = holder
        self._clock = clock
        self._metrics = metrics
        self._poll_seconds = poll_seconds
        self._lease_seconds = lease_seconds
        self._limit = limit
        self._woken = asyncio.Event()
        self._renew_at = 0.0
        self._refused: set[str] = set()

    def wake(self) -> None:
        """Something waits: publish it now, not at the next look."""
        self._woken.set()

    async def run(self) -> None:
        """Publish until cancelled, over every outage of the store and the broker."""
        is_away = False
        try:
            while True:
                self._woken.clear()
                try:
                    while await self.publish_waiting():
                        pass
                    is_away = False
                except Unavailable as error:
                    if not is_away:
                        logger.warning("waiting events cannot be published for now", why=str(error))
                    is_away = True
                    await self._give_back()  # another process may reach what this one does not
                await self._pause()
        finally:
            await self._give_back()

    async def publish_waiting(self) -> bool:
        """Publish and clear what waits, up to the limit; returns whether more waits. Raises Unavailable."""
        if not await self._hold():
            return False
        waiting = await self._store.oldest(self._limit)
        documents = [tuple(events) for _, events in groupby(waiting, key=attrgetter("document_id"))]
        self._metrics.outbox_pending.set(len(documents))
        cleared = 0
        for events in documents:
            cleared += await self._publish(events)
        return cleared > 0 and len(waiting) >= self._limit

    async def _publish(self, events: Sequence[Pending]) -> int:
        """Publish the events of one document in order; returns how many are published and cleared."""
        for cleared, pending in enumerate(events):
            if not await self._hold():
                return cleared
            try:
                await self._publisher.publish(from_structured(pending.event_json))
            except InvalidEvent as error:
                self._refuse(pending, error)
                return cleared
            await self._store.clear(pending)
        return len(events)

    def _refuse(self, pending: Pending, error: InvalidEvent) -> None:
        """An event that can never be published stays where it is, and what its document has after it waits behind it.

        Dropping it would be a silent loss, and stopping for it would stop every other document: it is said once.
        """
        if pending.event_id not in self._refused:
            self._refused.add(pending.event_id)
            logger.error("a waiting event cannot be published", event_id=pending.event_id, reason=error.reason)

    async def _hold(self) -> bool:
        """Whether the lease is ours, renewed well before it ends."""
        now = self._clock.monotonic()
        if now < self._renew_at:
            return True
        if not await self._store.hold(self._holder, self._lease_seconds):
            self._renew_at = 0.0
            return False
        self._renew_at = now + self._lease_seconds / 3
        return True

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self._woken.wait()

    async def _give_back(self) -> None:
        if self._renew_at:
            self._renew_at = 0.0
            with suppress(Unavailable):
                await self._store.hold(self._holder, 0)

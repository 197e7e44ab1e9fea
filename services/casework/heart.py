"""Casework's heartbeat: says each second that what was decided is told, so that staleness can be told from silence."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from rasid.contract.envelope import new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Pending, Publisher
from rasid.runtime.watchdog import Pulse
from services.casework.case import MILLISECONDS, SOURCE

BEAT_SECONDS = 1.0
LOOKED_AT = 100

log = get_logger(__name__)


class Waiting(Protocol):
    """What was decided and waits to be told."""

    async def oldest(self, limit: int) -> Sequence[Pending]:
        """Waiting events. Raises Unavailable."""


class Heart:
    """Beats only while the database answers and nothing waits too long to be told: others rely on what they know.

    A casework that cannot tell a revocation is worse than a silent one: everybody would go on by what was.
    A heartbeat is as of the moment before it was looked what waits, so that no slow database makes it younger.
    `on_state` is told why it does not beat, or None.
    """

    def __init__(
        self,
        publisher: Publisher,
        waiting: Waiting,
        *,
        untold_seconds: float,
        on_state: Callable[[str | None], None],
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._publisher = publisher
        self._waiting = waiting
        self._untold_seconds = untold_seconds
        self._on_state = on_state
        self._clock = clock
        self._metrics = metrics
        self._seen: dict[str, float] = {}
        self._trouble: str | None = None

    async def run(self, pulse: Pulse) -> None:
        """Beat each second until cancelled, over every outage of the store and the broker."""
        while True:
            began = self._clock.monotonic()
            await self.beat()
            pulse.beat()
            await self._clock.sleep(max(0.0, BEAT_SECONDS - (self._clock.monotonic() - began)))

    async def beat(self) -> bool:
        """Beat if it may; says whether it did."""
        now = self._clock.now()
        try:
            trouble = await self._untold()
            if trouble is None:
                await self._publish(now)
        except Unavailable as error:
            trouble = str(error)
        self._metrics.casework_heartbeats.labels(outcome="sent" if trouble is None else "withheld").inc()
        if trouble is not None and self._trouble is None:
            log.error("casework's heartbeat is withheld: soon nothing is disclosed any more", why=trouble)
        self._trouble = trouble
        self._on_state(trouble)
        return trouble is None

    async def _untold(self) -> str | None:
        now = self._clock.monotonic()
        waiting = {one.event_id for one in await self._waiting.oldest(LOOKED_AT)}
        self._seen = {event_id: self._seen.get(event_id, now) for event_id in waiting}
        if any(now - since >= self._untold_seconds for since in self._seen.values()):
            return f"what was decided waits longer than {self._untold_seconds:g} s to be told"
        return None

    async def _publish(self, now: datetime) -> None:
        version = int(now.timestamp() * MILLISECONDS)
        data = CaseworkHeartbeatV1(at=utc_text(now), version=version)
        await self._publisher.publish(new_event(caused_id("casework", f"heartbeat/{version}"), SOURCE, now, data))

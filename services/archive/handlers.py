"""What the archive hears on the bus: clips that are asked for, and when alerts came."""

import re
from collections.abc import Sequence

from rasid.contract.fields import parse_utc
from rasid.errors import InvalidEvent
from rasid.identity.kinds import LIVE_QUEUE_AGE
from rasid.runtime.clock import Clock
from rasid.stream.received import Received
from services.archive import lifecycle
from services.archive.evidence import Span
from services.archive.lifecycle import Actor
from services.archive.ports import EvidenceStore

EVIDENCE_REQUESTED = "evidence.requested"
ALERT_RAISED = "alert.raised"
_ADDRESSABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class EvidenceRequests:
    """Handles `evidence.requested`: the clip is awaited from now on. The evidence's id makes repeating harmless."""

    def __init__(self, store: EvidenceStore, *, kept_seconds: float) -> None:
        self._store = store
        self._kept_seconds = kept_seconds

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when every request is durable. Raises InvalidEvent or Unavailable."""
        for received in batch:
            asked = received.event.data
            if _ADDRESSABLE.fullmatch(asked.evidence_id) is None:
                raise InvalidEvent("evidence_id_unusable", "the evidence's id cannot stand in an address")
            try:
                window = Span(parse_utc(asked.from_at), parse_utc(asked.to_at))
                at = parse_utc(received.event.time)
            except ValueError as error:
                raise InvalidEvent("time_unreadable", str(error)) from None
            if window.from_at >= window.to_at:
                raise InvalidEvent("window_empty", "the window ends before it begins")
            actor = Actor(at, asked.by, asked.case_id)
            await self._store.add(lifecycle.ask(asked, window, actor, kept_seconds=self._kept_seconds))


class AlertTimes:
    """Handles `alert.raised`: while an alert belongs to the live queue, a shift may see its clips."""

    def __init__(self, store: EvidenceStore, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when all are remembered. Raises InvalidEvent or Unavailable."""
        for received in batch:
            alert = received.event.data
            try:
                received_at = parse_utc(alert.received_at)
            except ValueError as error:
                raise InvalidEvent("time_unreadable", str(error)) from None
            forget_at = received_at + LIVE_QUEUE_AGE
            if forget_at > self._clock.now():
                await self._store.remember_alert(alert.alert_id, received_at, forget_at)

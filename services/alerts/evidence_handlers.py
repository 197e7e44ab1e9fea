"""Keeps on an alert what the archive says of its clips, and tells that the alert has changed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rasid.contract.envelope import Event
from rasid.errors import InvalidEvent
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from rasid.stream.received import Received
from services.alerts.alert import updated_event
from services.alerts.evidence import said
from services.alerts.ports import AlertStore, ClipId


class ArchiveFacts:
    """Handles what the archive says of clips. May be given it more than once, in any order."""

    def __init__(self, store: AlertStore, publisher: Publisher, *, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._metrics = metrics

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when it is on the alerts and told. Raises InvalidEvent or Unavailable."""
        for received in batch:
            if received.event.data.alert_id is not None:
                await self._note(received.event)

    async def _note(self, event: Event[Any]) -> None:
        data, fact = event.data, said(event)
        clip = ClipId(_key(data.evidence_id), data.alert_id, data.agency)
        alert = await self._store.note(clip, data.version, fact)
        if alert is None:
            return  # it has expired, or it is not that agency's: there is nobody to show it to
        await self._publisher.publish(updated_event(alert, event.id, self._clock.now()))
        self._metrics.alert_clips.labels(fact.fact).inc()


def _key(evidence_id: str) -> str:
    """The id as a field's name in the store. Raises InvalidEvent for what is no id of ours."""
    try:
        return str(UUID(evidence_id))
    except ValueError:
        raise InvalidEvent("evidence_id_malformed", "evidence_id is no UUID") from None

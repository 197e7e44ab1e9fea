"""Turns one hit into its effects: remembered, stored, published. Safe to repeat after a crash between any two steps.

The ledger decides, by compare-and-set; everything after it can be done again from what the ledger holds. A sighting
that joins an alert is settled only when the alert counts it; it waits for whoever opens that alert.
"""

from datetime import timedelta
from typing import Protocol

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from services.alerts import settling
from services.alerts.alert import Alert, clip_requests, raised_event, updated_event
from services.alerts.evidence import Around
from services.alerts.matched import Matched
from services.alerts.ports import AlertStore, LedgerStore
from services.alerts.settling import Hit, Ledger, Memory, Outcome

# Each lost race means that another process got one hit further; so many in a row mean that something is wrong.
TRIES = 25


class Store(LedgerStore, AlertStore, Protocol):
    """Where hits are settled and alerts are kept."""


class Settlement:
    """Settles hits, one at a time, until their effects are durable."""

    def __init__(
        self,
        store: Store,
        publisher: Publisher,
        *,
        memory: Memory,
        around: Around,
        retention_seconds: float,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._memory = memory
        self._around = around
        self._retention_seconds = retention_seconds
        self._clock = clock
        self._metrics = metrics

    async def settle(self, matched: Matched) -> Outcome:
        """Return when the hit is remembered and what it caused is stored and published. Raises Unavailable."""
        hit = matched.hit()
        ledger, outcome = await self._remember(hit)
        if outcome.kind == "raised":
            await self._raise(matched, outcome.alert_id)
        elif outcome.kind == "updated":
            await self._update(hit, ledger, outcome.alert_id)
        is_historic = outcome.kind == "raised" and hit.is_historic
        if matched.entry.covert is None:  # nobody counts covert ones: whoever reads metrics would learn of them
            self._metrics.hits.labels("historic" if is_historic else outcome.kind).inc()
        return outcome

    async def _remember(self, hit: Hit) -> tuple[Ledger, Outcome]:
        for _ in range(TRIES):
            before = await self._store.ledger(hit.entry_id, hit.plate)
            after, outcome = settling.settle(before, hit, self._memory)
            if after is before or await self._store.save_ledger(after):
                return after, outcome
        raise Unavailable("the ledger of hits", f"other processes changed it {TRIES} times in a row")

    async def _raise(self, matched: Matched, alert_id: str) -> None:
        alert = await self._store.open_alert(matched.alert(alert_id, self._retention_seconds, self._around))
        await self._publisher.publish(raised_event(alert))
        if not alert.is_historic and not alert.is_covert:
            waited = (self._clock.now() - alert.received_at).total_seconds()
            self._metrics.alert_seconds.observe(max(0.0, waited))
        for request in clip_requests(alert):
            await self._publisher.publish(request)
            self._metrics.alert_clips.labels("requested").inc()

    async def _update(self, hit: Hit, ledger: Ledger, alert_id: str) -> None:
        alert = await self._advance(ledger, alert_id)
        if alert is not None:
            await self._publisher.publish(updated_event(alert, hit.detection_id, self._clock.now()))
        elif not self._has_expired(ledger, alert_id):
            # Whoever opens it has not stored it yet, or crashed on the way and will be given its read again.
            raise Unavailable("the alert", "its first read is still being settled")

    async def _advance(self, ledger: Ledger, alert_id: str) -> Alert | None:
        progress = settling.progress(ledger, alert_id)
        return None if progress is None else await self._store.advance(progress)

    def _has_expired(self, ledger: Ledger, alert_id: str) -> bool:
        first = min(sighting.received_at for sighting in ledger.sightings if sighting.alert_id == alert_id)
        return first + timedelta(seconds=self._retention_seconds) <= self._clock.now()

"""What a service tells of what waits on its own disk."""

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge


class SpoolMetrics:
    """What a service tells of what waits on its own disk while what it is for is away."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._declare_state(partial(Gauge, registry=registry))
        self._declare_counts(partial(Counter, registry=registry))

    def _declare_state(self, gauge: Callable[..., Gauge]) -> None:
        self.spool_depth = gauge(
            "rasid_spool_depth",
            "What waits in the spool of this process, with folders it took over, by kind (events, pictures).",
            ["kind"],
        )
        self.spool_bytes = gauge(
            "rasid_spool_bytes",
            "Bytes that wait in the spool of this process, with folders it took over, by kind.",
            ["kind"],
        )
        self.spool_limit_bytes = gauge(
            "rasid_spool_limit_bytes",
            "How many bytes may wait in this process's own folder, by kind.",
            ["kind"],
        )
        self.spool_oldest_seconds = gauge(
            "rasid_spool_oldest_seconds",
            "How long the oldest in the spool has waited, by kind; 0 when nothing waits.",
            ["kind"],
        )
        self.circuit_open = gauge(
            "rasid_spool_circuit_open",
            "1 while nothing is asked of what does not answer, and all goes straight to the spool, by kind.",
            ["kind"],
        )

    def _declare_counts(self, counter: Callable[..., Counter]) -> None:
        self.spool_added = counter(
            "rasid_spool_added_total",
            "What was put into the spool, by kind.",
            ["kind"],
        )
        self.spool_drained = counter(
            "rasid_spool_drained_total",
            "What went from the spool to where it belongs, by kind.",
            ["kind"],
        )
        self.spool_refused = counter(
            "rasid_spool_refused_total",
            "What the spool did not take, by kind and reason (full, failing); whoever sent it was told.",
            ["kind", "reason"],
        )
        self.spool_lost = counter(
            "rasid_spool_lost_total",
            "What was accepted and never arrived, by kind and reason (expired_in_spool, damaged_in_spool, too_large).",
            ["kind", "reason"],
        )

"""What casework tells of itself."""

from prometheus_client import CollectorRegistry, Counter


class CaseworkMetrics:
    """What casework tells of itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.casework_heartbeats = Counter(
            "rasid_casework_heartbeats_total",
            "Heartbeats that were due, by outcome: sent, or withheld because something decided is not told (withheld).",
            ["outcome"],
            registry=registry,
        )
        for outcome in ("sent", "withheld"):
            self.casework_heartbeats.labels(outcome=outcome)

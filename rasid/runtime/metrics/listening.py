"""What ingest tells of cameras that connect over TCP."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class ListeningMetrics:
    """Connections: how many, and why they ended."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.listener_connections = Gauge(
            "rasid_ingest_listener_connections",
            "Open connections of cameras that send over TCP.",
            registry=registry,
        )
        self.listener_closed = Counter(
            "rasid_ingest_listener_closed_total",
            "Connections over TCP that ended, by reason (ended, lost, refused, silent, too_slow, too_large, "
            "unreadable, busy, too_many, stopped).",
            ["reason"],
            registry=registry,
        )

"""What a service tells of its database."""

from prometheus_client import CollectorRegistry, Gauge


class StorageMetrics:
    """What a service tells of its database."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.overdue_documents = Gauge(
            "rasid_overdue_documents_seconds",
            "How long ago the oldest document expired that the database has not removed; 0 when that is usual.",
            registry=registry,
        )
        self.database_ahead = Gauge(
            "rasid_database_ahead_seconds",
            "How far the database's clock is ahead of this machine's; negative when it is behind.",
            registry=registry,
        )

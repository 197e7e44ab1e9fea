"""What a service tells of its database, and the eraser of the object store."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class StorageMetrics:
    """What a service tells of what it stores and what should be gone."""

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
        self.pictures_removed = Counter(
            "rasid_pictures_removed_total",
            "Objects of expired pictures that the eraser deleted, by class (face, other).",
            ["class"],
            registry=registry,
        )
        self.overdue_pictures = Gauge(
            "rasid_overdue_pictures_seconds",
            "How long ago the oldest picture expired that may still lie in the object store; 0 when none does.",
            registry=registry,
        )

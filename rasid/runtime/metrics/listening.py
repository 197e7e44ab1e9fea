"""What ingest tells of cameras that connect over TCP, of the broker others publish to, and of those it asks itself."""

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
        self.mqtt_connected = Gauge(
            "rasid_ingest_mqtt_connected",
            "1 while the MQTT broker that cameras publish to is connected; 0 also where none is set.",
            registry=registry,
        )
        self.pulled_cameras = Gauge(
            "rasid_ingest_pulled_cameras",
            "Cameras that this process asks for their events, by state (connecting, connected, waiting).",
            ["state"],
            registry=registry,
        )
        self.pull_failures = Counter(
            "rasid_ingest_pull_failures_total",
            "Connections to cameras that ended or were none, by adapter and reason (unreachable, refused, "
            "not_a_stream, silent, cut, too_large, no_credential, fault).",
            ["adapter", "reason"],
            registry=registry,
        )
        self.watched_cameras = Gauge(
            "rasid_ingest_watched_cameras",
            "Active cameras that were ever heard, by state (heard, silent), as the process that judges them sees it.",
            ["state"],
            registry=registry,
        )

"""What ingest tells of cameras that connect over TCP, and of the broker that others publish to."""

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

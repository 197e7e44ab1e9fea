"""What ingest tells of the cameras that it asks itself, and of all that it watches."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class PullingMetrics:
    """Cameras: how many are asked, by nobody, and heard."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.pulled_cameras = Gauge(
            "rasid_ingest_pulled_cameras",
            "Cameras that this process asks for their events, by state (connecting, connected, waiting).",
            ["state"],
            registry=registry,
        )
        self.unowned_cameras = Gauge(
            "rasid_ingest_unowned_cameras",
            "Cameras that are to be asked for their events and that no process asks; every process counts the same.",
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
        self.worse_cameras = Gauge(
            "rasid_ingest_worse_cameras",
            "Active cameras that read worse than they used to, by kind (confidence: less sure, unreadable: more "
            "vehicles without a legible plate, reads: fewer plates), as the process that judges them sees it.",
            ["kind"],
            registry=registry,
        )
        self.impaired_sites = Gauge(
            "rasid_ingest_impaired_sites",
            "Sites by kind of impairment (out: its cameras are gone together, on_battery and link: as its controller "
            "last told), as the process that judges them sees it.",
            ["kind"],
            registry=registry,
        )

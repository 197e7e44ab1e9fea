"""Every metric of the platform, declared once and documented here; `docs/metrics.md` is generated from it.

Labels are bounded: a service, topic, outcome, reason or adapter name, never an id, a plate or a person.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one process, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.events_published = Counter(
            "rasid_events_published_total",
            "Events the broker acknowledged, by topic.",
            ["topic"],
            registry=registry,
        )
        self.publish_failures = Counter(
            "rasid_publish_failures_total",
            "Publishes without an acknowledgement within their deadline, by topic.",
            ["topic"],
            registry=registry,
        )
        self.producer_rebuilds = Counter(
            "rasid_producer_rebuilds_total",
            "Times the Kafka producer was replaced after a fatal error.",
            registry=registry,
        )
        self.events_consumed = Counter(
            "rasid_events_consumed_total",
            "Records a consumer is done with, by topic and outcome (handled, skipped, dead_letter).",
            ["topic", "outcome"],
            registry=registry,
        )
        self.dead_letters = Counter(
            "rasid_dead_letters_total",
            "Dead letters written, by source topic and reason.",
            ["topic", "reason"],
            registry=registry,
        )
        self.consumer_pauses = Counter(
            "rasid_consumer_pauses_total",
            "Times a partition was paused because something was unavailable, by topic.",
            ["topic"],
            registry=registry,
        )
        self.consumer_stopped = Gauge(
            "rasid_consumer_stopped",
            "1 while the dead-letter limit holds the consumer of a topic until an operator resumes it.",
            ["topic"],
            registry=registry,
        )
        self.consumer_lag = Gauge(
            "rasid_consumer_lag_records",
            "Records between what is done and the end of the topic's assigned partitions.",
            ["topic"],
            registry=registry,
        )
        self.commits_lost = Counter(
            "rasid_commits_lost_total",
            "Commits refused because the partition already belonged to another member; its events come again there.",
            registry=registry,
        )
        self.outbox_pending = Gauge(
            "rasid_outbox_pending_documents",
            "Documents whose events the relay has not published yet (last look).",
            registry=registry,
        )
        self.payloads = Counter(
            "rasid_ingest_payloads_total",
            "Payloads cameras posted, by adapter and outcome (accepted, partly, refused, unavailable).",
            ["adapter", "outcome"],
            registry=registry,
        )
        self.payload_seconds = Histogram(
            "rasid_ingest_payload_seconds",
            "From a payload's first byte to its answer, once durable.",
            buckets=LATENCY_SECONDS,
            registry=registry,
        )
        self.attributes_dropped = Counter(
            "rasid_ingest_attributes_dropped_total",
            "Attributes of people or claims of identity a camera sent and an adapter dropped, by adapter and kind.",
            ["adapter", "kind"],
            registry=registry,
        )
        self.unknown_fields = Counter(
            "rasid_ingest_unknown_fields_total",
            "Fields of a payload the adapter does not know, by adapter: a firmware change shows here.",
            ["adapter"],
            registry=registry,
        )
        self.camera_refusals = Counter(
            "rasid_ingest_camera_refusals_total",
            "Posts refused before they were read, by reason (unknown_camera, bad_credential, other_camera, retired).",
            ["reason"],
            registry=registry,
        )
        self.pictures = Counter(
            "rasid_ingest_pictures_total",
            "Pictures received, by outcome (stored, known, unavailable, refused).",
            ["outcome"],
            registry=registry,
        )
        self.hits = Counter(
            "rasid_alerts_hits_total",
            "Reads that matched a watchlist entry, by outcome (raised, updated, repeated, historic).",
            ["outcome"],
            registry=registry,
        )
        self.alert_seconds = Histogram(
            "rasid_alerts_match_seconds",
            "From a read's receipt at ingest to its alert acknowledged by the broker.",
            buckets=LATENCY_SECONDS,
            registry=registry,
        )
        self.watchlist_entries = Gauge(
            "rasid_alerts_watchlist_entries",
            "Entries in the matcher's memory.",
            registry=registry,
        )
        self.live_listeners = Gauge(
            "rasid_alerts_live_listeners",
            "People connected to the live alert stream.",
            registry=registry,
        )
        self.live_cut = Counter(
            "rasid_alerts_live_cut_total",
            "Live streams ended by the server, by reason (slow, case, token, stopping).",
            ["reason"],
            registry=registry,
        )
        self.disclosures = Counter(
            "rasid_disclosures_total",
            "Requests for personal data that the gate decided, by decision (permit, deny, unavailable).",
            ["decision"],
            registry=registry,
        )

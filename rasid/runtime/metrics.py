"""Every metric of the platform, declared once and documented here; `docs/metrics.md` is generated from it.

Labels are bounded: a service, topic, outcome, reason or adapter name, never an id, a plate or a person.
"""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class PublishingMetrics:
    """What every service tells of its way to the bus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        self.events_published = counter(
            "rasid_events_published_total",
            "Events the broker acknowledged, by topic.",
            ["topic"],
        )
        self.publish_failures = counter(
            "rasid_publish_failures_total",
            "Publishes without an acknowledgement within their deadline, by topic.",
            ["topic"],
        )
        self.producer_rebuilds = counter(
            "rasid_producer_rebuilds_total",
            "Times the Kafka producer was replaced after a fatal error.",
        )
        self.outbox_pending = gauge(
            "rasid_outbox_pending_documents",
            "Documents whose events the relay has not published yet (last look).",
        )


class ConsumerMetrics:
    """What every service tells of its way from the bus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        self.events_consumed = counter(
            "rasid_events_consumed_total",
            "Records a consumer is done with, by topic and outcome (handled, skipped, dead_letter).",
            ["topic", "outcome"],
        )
        self.dead_letters = counter(
            "rasid_dead_letters_total",
            "Dead letters written, by source topic and reason.",
            ["topic", "reason"],
        )
        self.consumer_pauses = counter(
            "rasid_consumer_pauses_total",
            "Times a partition was paused because something was unavailable, by topic.",
            ["topic"],
        )
        self.consumer_stopped = gauge(
            "rasid_consumer_stopped",
            "1 while the dead-letter limit holds the consumer of a topic until an operator resumes it.",
            ["topic"],
        )
        self.consumer_lag = gauge(
            "rasid_consumer_lag_records",
            "Records between what is done and the end of the topic's assigned partitions.",
            ["topic"],
        )
        self.commits_lost = counter(
            "rasid_commits_lost_total",
            "Commits refused because the partition already belonged to another member; its events come again there.",
        )


class GateMetrics:
    """What every service tells of who asks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        self.disclosures = counter(
            "rasid_disclosures_total",
            "Requests for personal data that the gate decided, by decision (permit, deny, unavailable).",
            ["decision"],
        )
        self.token_refusals = counter(
            "rasid_token_refusals_total",
            "Requests without a token that is believed, by cause (missing, malformed, oversized, expired_token, ...).",
            ["cause"],
        )


class IngestMetrics:
    """What ingest tells of cameras and their payloads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        latency = partial(Histogram, registry=registry, buckets=LATENCY_SECONDS)
        self.payloads = counter(
            "rasid_ingest_payloads_total",
            "Payloads cameras posted, by adapter and outcome (accepted, partly, refused, unavailable, unread).",
            ["adapter", "outcome"],
        )
        self.payload_seconds = latency(
            "rasid_ingest_payload_seconds",
            "From a payload's first byte to its answer, once durable.",
        )
        self.attributes_dropped = counter(
            "rasid_ingest_attributes_dropped_total",
            "Attributes of people or claims of identity a camera sent and an adapter dropped, by adapter and kind.",
            ["adapter", "kind"],
        )
        self.unknown_fields = counter(
            "rasid_ingest_unknown_fields_total",
            "Fields of a payload the adapter does not know, by adapter: a firmware change shows here.",
            ["adapter"],
        )
        self.camera_refusals = counter(
            "rasid_ingest_camera_refusals_total",
            "Posts refused before they were read, by reason (unknown_camera, bad_credential, other_camera, retired).",
            ["reason"],
        )
        self.pictures = counter(
            "rasid_ingest_pictures_total",
            "Pictures received, by outcome (stored, known, unavailable, refused).",
            ["outcome"],
        )


class AlertsMetrics:
    """What alerts tells of hits and of those who watch."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        latency = partial(Histogram, registry=registry, buckets=LATENCY_SECONDS)
        self.hits = counter(
            "rasid_alerts_hits_total",
            "Reads that matched a watchlist entry, by outcome (raised, updated, repeated, historic).",
            ["outcome"],
        )
        self.alert_seconds = latency(
            "rasid_alerts_match_seconds",
            "From a read's receipt at ingest to its alert acknowledged by the broker.",
        )
        self.alert_clips = counter(
            "rasid_alerts_clips_total",
            "Clips of alerts, by outcome (requested, stored, failed, held, released, erased).",
            ["outcome"],
        )
        self.watchlist_entries = gauge(
            "rasid_alerts_watchlist_entries",
            "Entries in the matcher's memory.",
        )
        self.live_listeners = gauge(
            "rasid_alerts_live_listeners",
            "People connected to the live alert stream.",
        )
        self.live_cut = counter(
            "rasid_alerts_live_cut_total",
            "Live streams ended by the server, by reason (slow, case, token, stopping, reset).",
            ["reason"],
        )
        self.live_held = gauge(
            "rasid_alerts_live_held",
            "1 while an alert is held back from the live stream because its audit record cannot be written.",
        )


class SearchMetrics:
    """What search tells of passages and of those who look for them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        latency = partial(Histogram, registry=registry, buckets=LATENCY_SECONDS)
        self.passages = counter(
            "rasid_search_passages_total",
            "Sightings written, by outcome (new, grown, known); and reads that came after their retention (expired).",
            ["outcome"],
        )
        self.index_seconds = latency(
            "rasid_search_index_seconds",
            "From a batch's first receipt at ingest to all of it being found.",
        )
        self.search_seconds = latency(
            "rasid_search_page_seconds",
            "From a permitted search to its page.",
        )
        self.lexicon_plates = Gauge(
            "rasid_search_lexicon_plates",
            "Distinct plates in the memory that patterns are matched in.",
            registry=registry,
        )


class ArchiveMetrics:
    """What the archive tells of clips and of the store that locks them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        self.clips = counter(
            "rasid_archive_clips_total",
            "Clips sent in, by outcome (stored, known, refused, broken_off, unavailable).",
            ["outcome"],
        )
        self.clip_bytes = counter(
            "rasid_archive_clip_bytes_total",
            "Bytes of clips stored.",
        )
        self.clip_seconds = Histogram(
            "rasid_archive_clip_seconds",
            "From the first byte of a clip to its answer, once locked in the object store.",
            registry=registry,
            buckets=(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0),
        )
        self.altered = counter(
            "rasid_archive_altered_total",
            "Reads of stored clips whose bytes were not those that were put: damage, or somebody's hand.",
        )
        self.lock_holds = gauge(
            "rasid_archive_lock_holds",
            "1 when the object store has proven that it holds its locks; 0 while evidence is refused.",
        )
        self.erasures = counter(
            "rasid_archive_erasures_total",
            "Clips deleted for good, by reason (expired, approved).",
            ["reason"],
        )
        self.settled_uploads = counter(
            "rasid_archive_settled_uploads_total",
            "Uploads that a crash or an outage cut off, once settled, by outcome (stored, nothing, stray).",
            ["outcome"],
        )


class Metrics(
    PublishingMetrics, ConsumerMetrics, GateMetrics, IngestMetrics, AlertsMetrics, SearchMetrics, ArchiveMetrics
):
    """The metrics of one process, in one registry. A service leaves at 0 what it does not do."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        PublishingMetrics.__init__(self, registry)
        ConsumerMetrics.__init__(self, registry)
        GateMetrics.__init__(self, registry)
        IngestMetrics.__init__(self, registry)
        AlertsMetrics.__init__(self, registry)
        SearchMetrics.__init__(self, registry)
        ArchiveMetrics.__init__(self, registry)

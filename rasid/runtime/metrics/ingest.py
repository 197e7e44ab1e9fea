"""What ingest tells."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Histogram

from rasid.runtime.metrics.buckets import LATENCY_SECONDS


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
            "Posts refused before they were read, by reason (unknown_camera, bad_credential, other_camera, retired, "
            "unreadable: a site's report over MQTT).",
            ["reason"],
        )
        self.pictures = counter(
            "rasid_ingest_pictures_total",
            "Pictures received, by outcome (stored, spooled, known, unavailable, refused).",
            ["outcome"],
        )

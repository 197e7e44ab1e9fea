"""What every service tells of its way to the bus."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge


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

"""What alerts tells."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from rasid.runtime.metrics.buckets import LATENCY_SECONDS


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

"""What search tells."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from rasid.runtime.metrics.buckets import LATENCY_SECONDS


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

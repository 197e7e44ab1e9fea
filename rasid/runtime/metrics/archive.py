"""What the archive tells."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


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
            "Clips that the eraser deleted for good, by reason (expired, approved).",
            ["reason"],
        )
        self.erasing_seconds = gauge(
            "rasid_archive_erasing_seconds",
            "How long the clip that waits longest for its deletion has had to go; 0 when none has to.",
        )
        self.settled_uploads = counter(
            "rasid_archive_settled_uploads_total",
            "Uploads that a crash or an outage cut off, once settled, by outcome (stored, nothing, stray).",
            ["outcome"],
        )

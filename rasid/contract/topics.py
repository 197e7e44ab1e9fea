"""Every topic: its key, size, retention, who may write it and who reads it. Kafka settings are derived from here."""

from dataclasses import dataclass

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
DEAD_LETTER_SECONDS = 7 * DAY_SECONDS
DEAD_LETTER_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. `retention_seconds` None means for ever; a compacted topic is a table."""

    name: str
    key: str
    partitions: int
    retention_seconds: int | None
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    compacted: bool = False
    is_dead_letter: bool = False
    # On one server, records nobody can send again are forced to disk each; the rest within 200 ms.
    flush_each_message: bool = False
    segment_seconds: int = 15 * 60
    purpose: str

    @property
    def dead_letter_name(self) -> str:
        """Where records of this topic go that a consumer can never process."""
        return f"{self.name}.dlq"

    def kafka_config(self, *, brokers: int) -> dict[str, str]:
        """Kafka's topic settings for a cluster of `brokers` nodes.

        Cameras lie about time, so the log's own clock decides retention. With one broker there is no replica to
        fall back on: acknowledged records are forced to disk, at once or within 200 ms.
        """
        config = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "message.timestamp.type": "LogAppendTime",
            "segment.ms": str(self.segment_seconds * 1000),
            "min.insync.replicas": "2" if brokers >= REPLICATION_FACTOR else "1",
        }
        if not self.compacted:
            config["retention.ms"] = "-1" if self.retention_seconds is None else str(self.retention_seconds * 1000)
        if self.is_dead_letter:
            # The largest record there may be, and the headers that say why it is here.
            config["max.message.bytes"] = str(DEAD_LETTER_BYTES)
        if brokers < REPLICATION_FACTOR:
            config |= {"flush.messages": "1"} if self.flush_each_message else {"flush.ms": "200"}
        return config


REPLICATION_FACTOR = 3

DETECTIONS = Topic(
    name="rasid.detections.v1",
    key="camera",
    partitions=12,
    retention_seconds=72 * HOUR_SECONDS,
    producers=("ingest",),
    consumers=("alerts", "search"),
    purpose="What cameras saw: plate reads, vehicles, persons, objects, rules that fired, counts.",
)
FACES = Topic(
    name="rasid.faces.v1",
    key="camera",
    partitions=6,
    retention_seconds=6 * HOUR_SECONDS,
    producers=("ingest",),
    consumers=("alerts", "search"),
    segment_seconds=5 * 60,
    purpose="Faces, kept apart and kept short.",
)
DEVICE_HEALTH = Topic(
    name="rasid.device-health.v1",
    key="camera or site",
    partitions=6,
    retention_seconds=7 * DAY_SECONDS,
    producers=("ingest",),
    consumers=("alerts", "search"),
    purpose="How cameras, links and sites are.",
)
CAMERAS = Topic(
    name="rasid.cameras.v1",
    key="`camera:<id>`, `site:<id>`",
    partitions=1,
    retention_seconds=None,
    compacted=True,
    flush_each_message=True,
    producers=("ingest",),
    consumers=("alerts", "search", "archive", "casework"),
    purpose="The registry of cameras and sites, as a table.",
)
CASES = Topic(
    name="rasid.cases.v1",
    key="`case:<id>`, `authorization:<id>`, `heartbeat:casework`",
    partitions=1,
    retention_seconds=None,
    compacted=True,
    flush_each_message=True,
    producers=("casework",),
    consumers=("alerts", "search", "archive", "casework", "oversight"),
    purpose="Cases and authorizations, as a table, with casework's heartbeat.",
)
ALERTS = Topic(
    name="rasid.alerts.v1",
    key="alert",
    partitions=1,
    retention_seconds=30 * DAY_SECONDS,
    producers=("alerts",),
    consumers=("alerts", "search", "archive", "casework"),
    purpose="What rang, and what people did about it.",
)
EVIDENCE = Topic(
    name="rasid.evidence.v1",
    key="evidence",
    partitions=1,
    retention_seconds=30 * DAY_SECONDS,
    flush_each_message=True,
    producers=("alerts", "archive"),
    consumers=("alerts", "archive", "casework"),
    purpose="Clips asked for, stored, held, released and erased.",
)
CORRECTIONS = Topic(
    name="rasid.corrections.v1",
    key="plate",
    partitions=1,
    retention_seconds=30 * DAY_SECONDS,
    producers=("search",),
    consumers=("alerts",),
    purpose="Reads that a person corrected against the picture.",
)
INCIDENTS = Topic(
    name="rasid.incidents.v1",
    key="incident",
    partitions=1,
    retention_seconds=30 * DAY_SECONDS,
    producers=("casework",),
    consumers=(),
    purpose="Incidents, interventions and citizens' reports.",
)
AUDIT = Topic(
    name="rasid.audit.v1",
    key="agency",
    partitions=1,
    retention_seconds=None,
    flush_each_message=True,
    producers=("ingest", "alerts", "search", "archive", "casework", "oversight", "console"),
    consumers=("oversight",),
    purpose="Who looked at what and why; kept for ever, oversight deletes what it has sequenced.",
)
INGEST_DEAD_LETTERS = Topic(
    name="rasid.ingest.dlq.v1",
    key="camera",
    partitions=1,
    retention_seconds=DEAD_LETTER_SECONDS,
    is_dead_letter=True,
    producers=("ingest",),
    consumers=(),
    purpose="Payloads that no adapter could read: the reason, headers without secrets, the first 4 KiB.",
)

SOURCES = (
    DETECTIONS,
    FACES,
    DEVICE_HEALTH,
    CAMERAS,
    CASES,
    ALERTS,
    EVIDENCE,
    CORRECTIONS,
    INCIDENTS,
    AUDIT,
)


def dead_letter_topic(source: Topic) -> Topic:
    """The dead-letter twin of a topic: original bytes, key and headers, plus the reason; never compacted."""
    kept = DEAD_LETTER_SECONDS
    if source.retention_seconds is not None:
        kept = min(source.retention_seconds, DEAD_LETTER_SECONDS)
    return Topic(
        name=source.dead_letter_name,
        key=f"as {source.name}",
        partitions=1,
        retention_seconds=kept,
        is_dead_letter=True,
        segment_seconds=source.segment_seconds,
        producers=source.consumers,
        consumers=(),
        purpose=f"Records of {source.name} that a consumer could not process.",
    )


TOPICS: tuple[Topic, ...] = (
    *SOURCES,
    INGEST_DEAD_LETTERS,
    *(dead_letter_topic(source) for source in SOURCES),
)

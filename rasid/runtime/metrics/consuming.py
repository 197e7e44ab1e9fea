"""What every service tells of its way from the bus."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge


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

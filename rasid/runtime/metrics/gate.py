"""What every service tells of who asks."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge


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
        self.casework_heard = Gauge(
            "rasid_casework_heard_timestamp_seconds",
            "When casework was last heard of; 30 s later every disclosing route denies.",
            registry=registry,
        )

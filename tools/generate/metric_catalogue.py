"""`docs/metrics.md`: every metric, for whoever reads a dashboard or writes an alarm."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from rasid.runtime.metrics import LATENCY_SECONDS, Metrics

HEAD = """\
# Metrics

<!-- Written by `rasid generate` from rasid/runtime/metrics/. Change it there. -->

Every service answers `GET /metrics` in Prometheus' text format, without a token: no figure tells anything about a
person. Labels are bounded: a topic, an outcome, a reason, an adapter, never an id, a plate or a name. A service leaves
at 0 what it does not do.
"""

GROUPS = (
    ("rasid_ingest_", "Ingest"),
    ("rasid_alerts_", "Alerts"),
    ("rasid_search_", "Search"),
    ("rasid_", "Every service"),
)
"""By the beginning of the name; the first that fits."""


@dataclass(frozen=True, slots=True)
class Described:
    """One metric as it is declared."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def described() -> list[Described]:
    """Every metric, in the order of their declaration."""
    declared = vars(Metrics(CollectorRegistry())).values()
    return [_of(metric) for metric in declared if isinstance(metric, Counter | Gauge | Histogram)]


def document() -> str:
    """The whole document."""
    buckets = ", ".join(f"{bound:g}" for bound in LATENCY_SECONDS)
    parts = [HEAD]
    for prefix, title in reversed(GROUPS):
        rows = [_row(metric) for metric in described() if _prefix(metric.name) == prefix]
        parts += [f"## {title}\n", "| metric | kind | labels | meaning |", "| --- | --- | --- | --- |", *rows, ""]
    parts.append(f"The histograms' buckets end at {buckets} seconds.\n")
    return "\n".join(parts)


def _of(metric: Counter | Gauge | Histogram) -> Described:
    name, labels = metric._name, metric._labelnames  # noqa: SLF001 - a metric has no public way to say its labels
    kind = type(metric).__name__.lower()
    meaning = metric._documentation  # noqa: SLF001 - the same
    return Described(f"{name}_total" if kind == "counter" else name, kind, tuple(labels), meaning)


def _prefix(name: str) -> str:
    return next(prefix for prefix, _ in GROUPS if name.startswith(prefix))


def _row(metric: Described) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "-"
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} |"

"""Every metric is declared once, documented, and bounded."""

import ast
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from rasid.runtime.metrics import Metrics
from tools.generate.metric_catalogue import Described, described

ROOT = Path(__file__).parents[3]
# Names whose values are few and known beforehand. A camera, a plate or a person is never a label.
BOUNDED = {"class", "topic", "outcome", "reason", "adapter", "kind", "decision", "cause", "state"}
UNITS = ("_seconds", "_bytes", "_ratio", "_records", "_documents")
# Gauges that count things named in their own word, or say yes (1) and no (0).
WITHOUT_UNIT = {
    "rasid_archive_lock_holds",
    "rasid_consumer_stopped",
    "rasid_alerts_watchlist_entries",
    "rasid_alerts_live_listeners",
    "rasid_alerts_live_held",
    "rasid_ingest_impaired_sites",
    "rasid_ingest_listener_connections",
    "rasid_ingest_mqtt_connected",
    "rasid_ingest_pulled_cameras",
    "rasid_ingest_unowned_cameras",
    "rasid_ingest_watched_cameras",
    "rasid_ingest_worse_cameras",
    "rasid_search_lexicon_plates",
    "rasid_spool_circuit_open",
    "rasid_spool_depth",
}

ALL = [pytest.param(metric, id=metric.name) for metric in described()]


@pytest.mark.parametrize("metric", ALL)
def test_a_metric_is_explained_in_a_sentence(metric: Described):
    assert metric.meaning.endswith(".")
    assert metric.meaning[0].isupper() or metric.meaning[0].isdigit()
    assert len(metric.meaning.split()) > 3


@pytest.mark.parametrize("metric", ALL)
def test_a_label_is_bounded_and_explained(metric: Described):
    assert set(metric.labels) <= BOUNDED
    assert all(label in metric.meaning for label in metric.labels)


@pytest.mark.parametrize("metric", ALL)
def test_a_name_says_what_is_counted_in_which_unit(metric: Described):
    assert metric.name.startswith("rasid_")
    assert metric.name.endswith("_total") is (metric.kind == "counter")
    assert metric.name.endswith("_seconds") or metric.kind != "histogram"
    assert metric.name.endswith(UNITS) or metric.kind != "gauge" or metric.name in WITHOUT_UNIT


def test_a_metric_is_in_the_catalogue():
    catalogue = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert [metric.name for metric in described() if f"`{metric.name}`" not in catalogue] == []


def test_every_attribute_is_a_metric_and_no_name_is_given_twice():
    metrics = Metrics(CollectorRegistry())
    assert len(described()) == len(vars(metrics)) - 1
    assert len({metric.name for metric in described()}) == len(described())


def test_metrics_are_declared_in_one_place_only():
    elsewhere = [
        str(path.relative_to(ROOT))
        for folder in ("rasid", "services")
        for path in (ROOT / folder).rglob("*.py")
        if path.parent.name != "metrics" and _declares(path)
    ]
    assert elsewhere == []


def _declares(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "prometheus_client"
        and {name.name for name in node.names} & {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
        for node in ast.walk(tree)
    )

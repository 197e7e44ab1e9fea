"""Rules and dashboard ask only for metrics that exist, with labels that these have; every alert tells what to do."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from rasid.runtime.metrics import Metrics

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
RULES = [
    rule
    for path in sorted((PROMETHEUS / "rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboards" / "rasid.json").read_text(encoding="utf-8"))
# What others measure: Prometheus itself and the object store.
OTHERS = re.compile(r"up|ALERTS|prometheus_\w+|minio_\w+")
# What Prometheus and Compose add to every series.
ADDED = {"job", "instance", "le", "alertstate", "alertname"}
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
WORDS = {
    "abs",
    "sum",
    "max",
    "min",
    "rate",
    "increase",
    "time",
    "changes",
    "absent",
    "histogram_quantile",
    "by",
    "on",
    "or",
    "and",
    "unless",
}


def suffixes(metric: MetricWrapperBase) -> Iterator[str]:
    """The names of a metric's series."""
    name = metric._name
    if metric._type == "histogram":
        yield from (f"{name}_bucket", f"{name}_sum", f"{name}_count", f"{name}_created")
    elif metric._type == "counter":
        yield from (f"{name}_total", f"{name}_created")
    else:
        yield name


METRICS = [one for one in vars(Metrics(CollectorRegistry())).values() if isinstance(one, MetricWrapperBase)]
LABELS = {name: set(metric._labelnames) for metric in METRICS for name in suffixes(metric)}
RECORDED = {rule["record"] for rule in RULES if "record" in rule}


def queries() -> Iterator[tuple[str, str]]:
    yield from ((rule.get("alert") or rule["record"], rule["expr"]) for rule in RULES)
    yield from ((panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"])


def names(query: str) -> set[str]:
    """The metrics of a query: what is left without label matchers, lists of labels, durations and functions."""
    bare = re.sub(r"\{[^}]*}|\[[^]]*]|\b(by|on) \([^)]*\)|\boffset \w+|\"[^\"]*\"|\b\d[\w.]*\b", " ", query)
    return set(re.findall(NAME, bare)) - WORDS


def labels(query: str) -> set[str]:
    """The labels that a query names, in matchers and in lists."""
    matched = re.findall(rf"({NAME})\s*(?:=~|!~|!=|=)\s*\"", query)
    listed = [name for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", query) for name in re.findall(NAME, group)]
    return {*matched, *listed}


each_query = pytest.mark.parametrize(("title", "query"), list(queries()), ids=lambda one: one[:40])
each_alert = pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])


def test_the_search_for_names_finds_them_all():
    query = 'sum by (job, topic) (increase(a_total{job="x"}[5m])) > 0 or (b unless b offset 5m) and on (job) up'
    assert names(query) == {"a_total", "b", "up"}
    assert labels(query) == {"job", "topic"}


@each_query
def test_only_metrics_that_exist_are_asked_for(title: str, query: str):
    asked = names(query)
    assert asked, title
    assert {name for name in asked if not OTHERS.fullmatch(name)} <= LABELS.keys() | RECORDED


@each_query
def test_only_labels_that_these_metrics_have_are_asked_for(title: str, query: str):
    known = set(ADDED)
    for name in names(query):
        known |= LABELS.get(name, set())
        known |= set(name.split(":")[0].split("_")) if name in RECORDED else set()
    assert labels(query) <= known, title


def test_no_metric_has_a_label_that_grows_with_the_people_or_places():
    growing = {"plate", "camera", "camera_id", "site", "case", "case_id", "person", "subject", "user", "id", "path"}
    assert {name: found for name, found in LABELS.items() if found & growing} == {}


@each_alert
def test_an_alert_says_how_urgent_it_is_and_what_to_do(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#{2,4} (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@each_alert
def test_an_alert_is_shown_to_burn(rule):
    cases = yaml.safe_load((PROMETHEUS / "tests" / "alerts.yml").read_text(encoding="utf-8"))["tests"]
    burning = {one["alertname"] for case in cases for one in case["alert_rule_test"] if one["exp_alerts"]}
    assert rule["alert"] in burning


def test_every_service_of_the_deployment_is_looked_at():
    compose = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    ports = {
        name: part["environment"]["RASID_PORT"]
        for name, part in compose.items()
        if "RASID_PORT" in part.get("environment", {})
    }
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    found = {
        one["names"][0]: str(one["port"]) for job in config["scrape_configs"] for one in job.get("dns_sd_configs", ())
    }
    assert found == ports


def test_the_panels_of_the_dashboard_do_not_overlap_and_explain_themselves():
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        assert panel["description"]
        taken |= cells


def test_the_dashboard_finds_its_source():
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8"))
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {source["datasources"][0]["uid"]}


@pytest.mark.skipif(which("promtool") is None, reason="promtool (Debian's package prometheus) is not here")
def test_promtool_agrees():
    done = subprocess.run(["make", "-s", "check-prometheus"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

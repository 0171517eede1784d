"""Alerts and dashboards ask for metrics that the services export, and every alert has a runbook."""

import ast
import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

import seawright_environment.settings
import seawright_environment.wiring
import seawright_orchestrator.settings
import seawright_orchestrator.wiring
import seawright_policy.settings
import seawright_policy.wiring
import seawright_trainer.settings
import seawright_trainer.wiring
import seawright_user_simulator.settings
import seawright_user_simulator.wiring
from tests.deploy.manifests import CHART, ROOT, SERVICES, of_kind, render

RULES = CHART / "alerts" / "seawright.yaml"
DASHBOARDS = sorted((CHART / "dashboards").glob("*.json"))
NAME = re.compile(r"seawright_\w+")
SUFFIXES = {
    "histogram": ("_bucket", "_count", "_sum"),
    "counter": ("_total",),
    "gauge": ("",),
}
LABELS_OF_PROMETHEUS = {"le", "namespace"}


@functools.cache
def exported() -> dict[str, set[str]]:
    """Return the labels of every series that the services can export, by its name."""
    folder = Path("nowhere")
    apps = [
        seawright_environment.wiring.build_local(seawright_environment.settings.Settings()),
        seawright_user_simulator.wiring.build(seawright_user_simulator.settings.Settings()),
        seawright_policy.wiring.build(
            seawright_policy.settings.Settings(engine="vllm", engine_urls=["http://engine"])
        ),
        seawright_orchestrator.wiring.build(
            seawright_orchestrator.settings.Settings(blob_dir=folder)
        ),
        seawright_trainer.wiring.build(
            seawright_trainer.settings.Settings(blob_dir=folder, runs_dir=folder)
        ),
    ]
    found: dict[str, set[str]] = {}
    for app in apps:
        app.build_middleware_stack()
        registry = app.state.meter.registry
        labels = {
            name: set(collector._labelnames)
            for collector, names in registry._collector_to_names.items()
            for name in names
        }
        for family in text_string_to_metric_families(app.state.meter.render().decode()):
            for suffix in SUFFIXES[family.type]:
                found[family.name + suffix] = labels[family.name]
    return found


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[tuple[str, str]]:
    """Return (where it stands, expression) of every alert and every panel."""
    told = [(rule["alert"], rule["expr"]) for rule in alerts()]
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            where = f"{path.stem}: {panel['title']}"
            told += [(where, target["expr"]) for target in panel["targets"]]
    return told


def test_there_is_much_to_look_at():
    assert len(exported()) > 30
    assert len(alerts()) >= 15
    assert len(expressions()) > 60


def test_an_expression_names_metrics_and_labels_that_are_exported():
    for where, expression in expressions():
        named = NAME.findall(expression)
        assert named, where
        assert set(named) <= set(exported()), where
        known = set().union(*(exported()[name] for name in named)) | LABELS_OF_PROMETHEUS
        used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
        for group in re.findall(r"\bby \(([^)]*)\)", expression):
            used |= {label.strip() for label in group.split(",")}
        assert used <= known, where
        assert expression.count("(") == expression.count(")"), where
        assert expression.count("{") == expression.count("}"), where


def test_a_selected_value_is_one_that_the_services_tell():
    """A word that no service says selects nothing: its alert would never fire."""
    selector = re.compile(r"(seawright_\w+)\{([^}]*)\}")
    value = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
    num_checked = 0
    for where, expression in expressions():
        for metric, inside in selector.findall(expression):
            for label, words in value.findall(inside):
                if label in {"code", "method"}:
                    continue
                for word in words.split("|"):
                    assert word in said_by(service_of(metric)), (where, label, word)
                    num_checked += 1
    assert num_checked > 10


def service_of(metric: str) -> str:
    return next(name for name in SERVICES if metric.startswith(f"seawright_{name}_"))


@functools.cache
def said_by(service: str) -> frozenset[str]:
    """Return every string that stands in the code of a service or of the shared package."""
    folders = (
        ROOT / "services" / service / f"seawright_{service}",
        ROOT / "shared" / "seawright_shared",
    )
    trees = (ast.parse(file.read_text()) for each in folders for file in each.rglob("*.py"))
    return frozenset(
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_quantiles_are_of_histograms_and_rates_of_what_only_grows():
    for where, expression in expressions():
        for name in re.findall(r"\b(?:rate|increase)\((seawright_\w+)", expression):
            assert name.endswith(("_total", "_bucket", "_count", "_sum")), where
        if "histogram_quantile" in expression:
            assert all(name.endswith("_bucket") for name in NAME.findall(expression)), where
            assert "by (le" in expression, where


def test_every_alert_has_a_severity_a_sentence_and_its_section_in_the_guide():
    guide = (ROOT / "docs" / "operations.md").read_text()
    sections = {
        re.sub(r"[^a-z0-9-]", "", line.lstrip("# ").lower().replace(" ", "-"))
        for line in guide.splitlines()
        if line.startswith("###")
    }
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names))
    for rule in alerts():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["alert"].lower() in sections


def test_no_metric_has_an_id_among_its_labels():
    for name, labels in exported().items():
        assert not [label for label in labels if label.endswith("id")], name


def test_names_tell_service_thing_and_unit():
    services = ("orchestrator", "environment", "user_simulator", "policy", "trainer")
    for name in exported():
        assert name.startswith(tuple(f"seawright_{service}_" for service in services)), name


def test_every_metric_is_on_a_dashboard():
    shown = {name for _, expression in expressions() for name in NAME.findall(expression)}
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown}
    everything = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for name in exported()
        if not name.endswith("_created")
    }
    # The trainer's jobs are few: its waits and repetitions are in the events of its runs.
    left_out = {
        "seawright_trainer_job_wait_seconds",
        "seawright_trainer_redeliveries_total",
        "seawright_trainer_queue_depth",
        "seawright_trainer_queue_bytes",
    }
    assert everything - families <= left_out


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_whole(path: Path):
    board = json.loads(path.read_text())
    assert board["uid"] == f"seawright-{path.stem}"
    assert board["schemaVersion"] >= 39
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids)) >= 6
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(places) == len(set(places))
    assert all(p["datasource"]["uid"] == "prometheus" for p in board["panels"])


def test_the_chart_ships_the_rules_and_the_dashboards_as_they_are():
    (rule,) = of_kind(render("external"), "PrometheusRule")
    assert rule["spec"] == yaml.safe_load(RULES.read_text())
    (shipped,) = [
        m for m in of_kind(render("external"), "ConfigMap") if "dashboards" in m["metadata"]["name"]
    ]
    assert shipped["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert {path.name for path in DASHBOARDS} == set(shipped["data"])
    for path in DASHBOARDS:
        assert json.loads(shipped["data"][path.name]) == json.loads(path.read_text())
    (monitor,) = of_kind(render("external"), "PodMonitor")
    assert monitor["spec"]["podMetricsEndpoints"][0]["path"] == "/metrics"


def test_the_queues_metric_that_autoscalers_ask_for_is_exported():
    assert "seawright_orchestrator_queue_depth" in exported()

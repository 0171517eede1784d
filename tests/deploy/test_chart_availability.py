"""What a drained node takes away, what grows by itself, and what the notes tell whoever installed."""

from typing import Any

import helm_python
import pytest
import yaml

from tests.deploy.manifests import CHART, VALUES, component, of_kind, render, render_with

every_values_file = pytest.mark.parametrize("values", sorted(VALUES))


def scaled(values: str) -> dict[str, tuple[int, int]]:
    """Return the least and most replicas of what grows by itself, by the workload's name."""
    found: dict[str, tuple[int, int]] = {}
    for each in of_kind(render(values), "HorizontalPodAutoscaler", "ScaledObject"):
        spec = each["spec"]
        least = spec.get("minReplicas", spec.get("minReplicaCount"))
        most = spec.get("maxReplicas", spec.get("maxReplicaCount"))
        found[spec["scaleTargetRef"]["name"]] = (least, most)
    return found


def least_replicas(values: str) -> dict[str, int]:
    """Return how many replicas each workload has at least, by its component."""
    least = {name: bounds[0] for name, bounds in scaled(values).items()}
    return {
        component(each): least.get(each["metadata"]["name"]) or int(each["spec"]["replicas"])
        for each in of_kind(render(values), "Deployment", "StatefulSet")
    }


def notes(given: dict[str, Any]) -> str:
    """Return what is told after an installation with these values."""
    files = helm_python.Chart.load(CHART).render(
        given, name="demo", namespace="lab", revision=1, is_install=True
    )
    return files["seawright/templates/NOTES.txt"]


@every_values_file
def test_a_drain_takes_one_of_many_and_never_waits_for_a_single_one(values: str):
    budgets = {component(m): m["spec"] for m in of_kind(render(values), "PodDisruptionBudget")}
    several = {name for name, num in least_replicas(values).items() if num > 1}
    assert set(budgets) == several
    assert all(spec["maxUnavailable"] == 1 for spec in budgets.values())


@every_values_file
def test_what_grows_is_there_and_has_room_to_grow(values: str):
    names = {each["metadata"]["name"] for each in of_kind(render(values), "Deployment")}
    for name, (least, most) in scaled(values).items():
        assert name in names
        assert 1 <= least < most


@pytest.mark.parametrize("name", ["environment", "orchestrator", "userSimulator"])
def test_each_service_that_may_have_replicas_can_grow_alone(name: str):
    component_name = {"userSimulator": "user-simulator"}.get(name, name)
    made = render_with({name: {"autoscaling": {"enabled": True}}})
    (scaler,) = of_kind(made, "HorizontalPodAutoscaler")
    assert component(scaler) == component_name
    (workload,) = [m for m in of_kind(made, "Deployment") if component(m) == component_name]
    assert "replicas" not in workload["spec"]


@every_values_file
def test_the_notes_name_what_was_installed_and_leave_nothing_unfilled(values: str):
    path = VALUES[values]
    given = yaml.safe_load(path.read_text()) if path else {}
    text = notes(given)
    services = {m["metadata"]["name"] for m in of_kind(render(values), "Service")}
    (forwarded,) = [word for word in text.split() if word.startswith("svc/")]
    assert forwarded.removeprefix("svc/") in services
    assert "kubectl -n lab get pods -l app.kubernetes.io/instance=demo" in text
    assert "{{" not in text
    assert "<no value>" not in text
    is_bundled = any(component(m) == "postgres" for m in of_kind(render(values), "StatefulSet"))
    assert ("for trials only" in text) == is_bundled


def test_the_notes_warn_of_an_open_door_and_tell_how_the_first_key_is_made():
    assert "ANYBODY" in notes({"access": {"insecureOpen": True}})
    made = notes({})
    assert "ANYBODY" not in made
    assert "seawright keys create" in made
    assert "keys create" not in notes({"access": {"existingSecret": "ours"}})

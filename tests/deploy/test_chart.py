"""The chart renders to manifests that Kubernetes accepts and that name real settings."""

import re

import helm_python
import kubernetes_validate
import pytest

from tests.deploy.manifests import CHART, SERVICES, VALUES, containers, render, setting_names

KUBERNETES = ("1.29", "1.33", "1.37")


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("version", KUBERNETES)
def test_every_manifest_keeps_the_schema_of_kubernetes(values: str, version: str):
    manifests = render(values)
    assert len(manifests) > 10
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("values", VALUES)
def test_names_are_unique_within_a_kind(values: str):
    names = [(m["kind"], m["metadata"]["name"]) for m in render(values)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("values", VALUES)
def test_selectors_match_the_pods_that_they_mean(values: str):
    pods = [
        m["spec"]["template"]["metadata"]["labels"]
        for m in render(values)
        if m["kind"] in {"Deployment", "StatefulSet"}
    ]
    for service in (m for m in render(values) if m["kind"] == "Service"):
        selector = service["spec"]["selector"].items()
        assert len([labels for labels in pods if selector <= labels.items()]) == 1


@pytest.mark.parametrize("values", VALUES)
def test_every_container_is_locked_down(values: str):
    for container in containers(render(values)):
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"]["drop"] == ["ALL"]
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("values", VALUES)
def test_every_variable_is_a_setting_of_its_service(values: str):
    known = {name for service in SERVICES for name in setting_names(service)}
    for container in containers(render(values)):
        given = {entry["name"] for entry in container["env"]}
        assert {name for name in given if name.startswith("SEAWRIGHT_")} <= known


@pytest.mark.parametrize("values", VALUES)
def test_no_secret_stands_in_arguments_or_plain_variables(values: str):
    for container in containers(render(values)):
        words = [*container.get("command", []), *container.get("args", [])]
        words += [entry.get("value", "") for entry in container["env"]]
        assert not [word for word in words if re.search(r"://[^/@]*:[^/@]+@", word)]


def test_an_outside_database_gets_its_migrations_before_the_services():
    jobs = [m for m in render("external") if m["kind"] == "Job"]
    assert len(jobs) == 2
    for job in jobs:
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


@pytest.mark.parametrize(
    "wrong",
    [
        {"orchestrtor": {"replicas": 1}},
        {"policy": {"replica": 1}},
        {"trainer": {"replicas": 2}},
        {"postgres": {"bundled": False}},
        {"image": {"pullPolicy": "Sometimes"}},
    ],
)
def test_wrong_values_are_refused_by_name(wrong: dict[str, object]):
    with pytest.raises(helm_python.HelmError, match=next(iter(wrong))):
        helm_python.Chart.load(CHART).validate_schema(wrong)


def test_helm_lint_finds_no_error():
    report = helm_python.lint(CHART, strict=True)
    assert report["errors"] == []
    assert [m for m in report["messages"] if m["severity"] > 1] == []

"""Network policies let through what services say to one another, and nothing else."""

from typing import Any

import pytest

from tests.deploy.manifests import (
    VALUES,
    Manifest,
    component,
    containers,
    environment,
    of_kind,
    pods,
    render,
    render_with,
)

EVERY = sorted(VALUES)
NAME = "app.kubernetes.io/component"


def policies(values: str) -> dict[str, Manifest]:
    return {component(m): m["spec"] for m in of_kind(render(values), "NetworkPolicy")}


def named(peers: list[Any]) -> set[str]:
    """Return the components that a rule names."""
    return {
        peer["podSelector"]["matchLabels"].get(NAME, "")
        for peer in peers
        if "podSelector" in peer and "namespaceSelector" not in peer
    } - {""}


def reaches(spec: Manifest) -> set[tuple[str, int]]:
    """Return (component, port) of everything inside the release that egress lets through."""
    return {
        (name, port["port"])
        for rule in spec.get("egress", [])
        for name in named(rule.get("to", []))
        for port in rule.get("ports", [])
    }


def admits(spec: Manifest) -> set[str]:
    return {name for rule in spec.get("ingress", []) for name in named(rule.get("from", []))}


@pytest.mark.parametrize("values", EVERY)
def test_by_default_nothing_goes_in_or_out(values: str):
    deny = policies(values)["network"]
    assert set(deny) == {"podSelector", "policyTypes"}
    assert deny["policyTypes"] == ["Ingress", "Egress"]
    chosen = deny["podSelector"]["matchLabels"].items()
    for pod in pods(render(values)).values():
        assert chosen <= pod["metadata"]["labels"].items()


@pytest.mark.parametrize("values", EVERY)
def test_every_workload_has_a_policy_of_its_own(values: str):
    assert set(pods(render(values))) <= set(policies(values))


@pytest.mark.parametrize("values", EVERY)
def test_every_way_out_within_the_release_is_a_way_in_on_the_other_side(values: str):
    found = policies(values)
    for name, spec in found.items():
        for other, port in reaches(spec):
            assert name in admits(found[other]), (name, other)
            opened = {
                p["port"] for rule in found[other]["ingress"] for p in rule.get("ports", [])
            } or {port}
            assert port in opened


@pytest.mark.parametrize("values", EVERY)
def test_every_peer_that_a_service_is_told_of_can_be_reached(values: str):
    found, services = policies(values), of_kind(render(values), "Service")
    addresses = {
        f"{service['metadata']['name']}:{port['port']}": component(service)
        for service in services
        for port in service["spec"]["ports"]
    }
    num_checked = 0
    for name, pod in pods(render(values)).items():
        told = {
            entry.get("value", "")
            for one in pod["spec"]["containers"]
            for entry in environment(one).values()
        }
        for address, other in addresses.items():
            if any(f"//{address}" in value for value in told) and other != name:
                assert other in {reached for reached, _ in reaches(found[name])}, (name, other)
                num_checked += 1
    assert num_checked >= 5


@pytest.mark.parametrize("values", EVERY)
def test_what_runs_checkers_and_what_samples_reach_nothing_of_their_own(values: str):
    found = policies(values)
    for name in {"environment", "vllm", "sglang"} & set(found):
        outside = [rule for rule in found[name].get("egress", []) if named(rule.get("to", []))]
        assert outside == []
    if values != "external":
        assert found["environment"]["egress"] == []


@pytest.mark.parametrize("values", EVERY)
def test_no_way_in_is_open_to_everybody(values: str):
    for name, spec in policies(values).items():
        for rule in spec.get("ingress") or []:
            assert rule["from"], name
            assert {} not in rule["from"]


def test_outside_stores_are_reached_at_their_ports_alone():
    spec = policies("external")["orchestrator"]
    outside = [
        (peer["ipBlock"]["cidr"], [port["port"] for port in rule["ports"]])
        for rule in spec["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert ("10.20.0.0/16", [6432]) in outside
    assert ("10.20.0.0/16", [6379]) in outside
    assert ("10.20.0.0/16", [443]) in outside
    assert ("10.30.0.0/16", [443]) in outside


def test_policies_can_be_left_to_the_cluster():
    manifests = render_with({"networkPolicy": {"enabled": False}})
    assert of_kind(manifests, "NetworkPolicy") == []
    assert containers(manifests)

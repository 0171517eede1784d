"""The report is honest: what gets through is a breach, what is missing is told."""

from collections.abc import Callable

import pytest

from seawright_environment.core.checker_probes import CANARY, PROBES, Layer
from seawright_environment.core.source_checker import SandboxFault, SandboxRun
from seawright_environment.usecases.sandbox_probing import ProbeSandboxes
from seawright_shared.contracts.environment import SandboxReport

FINE = SandboxRun(value={"claims": {"goals": [{"id": "canary", "ok": True, "why": ""}]}})
HELD = SandboxRun(fault=SandboxFault.KILLED, detail="a forbidden system call")


def layer(name: str, run: Callable[[str], SandboxRun], reason: str = "") -> Layer:
    return Layer(name=name, reason=reason, run=run)


def holding(source: str) -> SandboxRun:
    return FINE if source == CANARY else HELD


def report(*layers: Layer) -> SandboxReport:
    given = {each.name: each for each in layers}
    both = [given.get(name) or layer(name, holding) for name in ("monty", "process")]
    others = [each for name, each in given.items() if name not in ("monty", "process")]
    return ProbeSandboxes(layers=lambda: [*both, *others])()


def test_where_every_probe_is_held_all_is_well():
    found = report()
    assert found.ok
    assert [each.layer for each in found.layers] == ["ast", "monty", "process"]
    assert all(len(each.probes) == len(PROBES) for each in found.layers)


def test_a_probe_that_gets_through_is_a_breach():
    def leaking(source: str) -> SandboxRun:
        return SandboxRun(value="BREACH: root:x:0:0") if "passwd" in source else holding(source)

    found = report(layer("process", leaking))
    assert not found.ok
    (leaked,) = [each for each in found.layers if not each.holds]
    breaches = [(p.probe, p.detail) for p in leaked.probes if p.outcome == "breach"]
    assert (leaked.layer, breaches) == ("process", [("read_passwd", "BREACH: root:x:0:0")])


@pytest.mark.parametrize(
    "canary",
    [
        HELD,
        SandboxRun(value=None),
        SandboxRun(value={"claims": {"goals": []}}),
        SandboxRun(value=1),
    ],
)
def test_a_neighbour_that_notices_is_a_breach(canary: SandboxRun):
    found = report(layer("monty", lambda source: canary if source == CANARY else HELD))
    broken = found.layers[1]
    assert (broken.holds, found.ok) == (False, False)
    assert all("neighbour" in result.detail for result in broken.probes)


def test_a_probe_that_could_not_be_tried_is_no_success():
    gone = SandboxRun(fault=SandboxFault.UNAVAILABLE, detail="it ended")
    found = report(layer("rlimits", lambda source: FINE if source == CANARY else gone))
    assert not found.ok
    assert {p.detail for p in found.layers[-1].probes} == {"not tried: it ended"}


def test_a_layer_that_is_impossible_here_is_told_and_never_called_held():
    def never(source: str) -> SandboxRun:
        raise AssertionError(source)

    found = report(layer("bubblewrap", never, "no user namespaces"))
    told = found.layers[-1]
    assert (told.is_available, told.holds, told.reason) == (False, False, "no user namespaces")
    assert found.ok, "the other layers hold by themselves"


@pytest.mark.parametrize("runtime", ["monty", "process"])
def test_without_a_runtime_the_sandbox_is_not_well(runtime: str):
    assert not report(layer(runtime, holding, "not here")).ok

"""Figures of tools and checkers have few labels, and count what was refused or killed."""

from seawright_environment.adapters.metered_checks import MAX_TOOLS, metered, tool_watch
from seawright_environment.core.sessions import Answer, Invocation
from seawright_environment.core.source_checker import (
    Ask,
    Conditions,
    Sandboxes,
    SandboxFault,
    SandboxRun,
)
from seawright_shared.records.messages import ToolResult
from seawright_shared.telemetry.metrics import Meter


def told(name: str, *, is_error: bool) -> tuple[Invocation, Answer, float]:
    call = Invocation(call_id="1", requestor="assistant", name=name, arguments={})
    result = ToolResult(call_id="1", content="", error=is_error)
    return call, Answer(result=result, version=1, state_hash=None), 0.001


def test_a_name_that_no_tool_has_gets_no_label_of_its_own():
    meter = Meter("environment")
    observe = tool_watch(meter)
    observe(*told("get_order", is_error=False))
    observe(*told("get_order", is_error=True))
    for number in range(1000):
        observe(*told(f"invented_{number}", is_error=True))
    text = meter.render().decode()
    assert 'tool_call_seconds_count{tool="get_order"} 2.0' in text
    assert 'tool_calls_refused_total{tool="other"} 1000.0' in text
    assert "invented" not in text


def test_labels_are_bounded_whatever_domains_are_served():
    meter = Meter("environment")
    observe = tool_watch(meter)
    for number in range(MAX_TOOLS + 50):
        observe(*told(f"tool_{number}", is_error=False))
    assert meter.render().decode().count("tool_call_seconds_count{") == MAX_TOOLS + 1


class Killed:
    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        return SandboxRun(fault=SandboxFault.TIMEOUT)


class Well:
    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        return SandboxRun(value=True)


def test_runs_are_measured_and_those_without_an_answer_counted_by_why():
    meter = Meter("environment")
    boxes = metered(Sandboxes(monty=Well(), cpython=Killed()), meter)
    for runtime in ("monty", "cpython"):
        boxes.of(runtime).run("", [], lambda *_: None, Conditions())
    text = meter.render().decode()
    assert 'checker_seconds_count{runtime="monty"} 1.0' in text
    assert 'checker_killed_total{reason="timeout",runtime="cpython"} 1.0' in text
    assert 'runtime="monty"} 1.0' in text
    assert 'reason="timeout",runtime="monty"' not in text

"""Figures of checkers and tools: how long they take, and why a sandbox had no answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from seawright_environment.core.sessions import Answer, Invocation
from seawright_environment.core.source_checker import (
    Ask,
    Conditions,
    Sandbox,
    Sandboxes,
    SandboxFault,
    SandboxRun,
)
from seawright_shared.telemetry.metrics import Meter

QUICK = (0.00005, 0.0002, 0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
MAX_TOOLS = 500
"""Names beyond it share one label. What no domain has never gets one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredSandbox:
    """A sandbox whose runs are measured."""

    sandbox: Sandbox
    observe: Callable[[float, SandboxFault], None]

    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        """Return what the check returned, or the fault."""
        began = time.perf_counter()
        found = self.sandbox.run(code, uses, ask, conditions)
        self.observe(time.perf_counter() - began, found.fault)
        return found


def metered(sandboxes: Sandboxes, meter: Meter) -> Sandboxes:
    """Return the sandboxes, each of whose runs is among the service's metrics."""
    seconds = meter.histogram(
        "checker_seconds", "Runs of source checkers in a sandbox.", ["runtime"], QUICK
    )
    killed = meter.counter(
        "checker_killed_total", "Runs without an answer, by why.", ["runtime", "reason"]
    )

    def around(sandbox: Sandbox, runtime: str) -> MeteredSandbox:
        def observe(took: float, fault: SandboxFault) -> None:
            seconds.labels(runtime).observe(took)
            if fault is not SandboxFault.NONE:
                killed.labels(runtime, fault.value).inc()

        return MeteredSandbox(sandbox=sandbox, observe=observe)

    return Sandboxes(
        monty=around(sandboxes.monty, "monty"), cpython=around(sandboxes.cpython, "cpython")
    )


def tool_watch(meter: Meter) -> Callable[[Invocation, Answer, float], None]:
    """Return what is told of every tool call that was answered."""
    seconds = meter.histogram(
        "tool_call_seconds", "Tool calls, without the request around them.", ["tool"], QUICK
    )
    refused = meter.counter("tool_calls_refused_total", "Calls that tools refused.", ["tool"])
    known: set[str] = set()

    def observe(invocation: Invocation, answer: Answer, took: float) -> None:
        name = invocation.name
        if name not in known:
            # A name that is only ever refused may be an agent's invention: names are labels.
            if answer.result.error or len(known) >= MAX_TOOLS:
                name = "other"
            else:
                known.add(name)
        seconds.labels(name).observe(took)
        if answer.result.error:
            refused.labels(name).inc()

    return observe

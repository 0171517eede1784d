"""Try the sandboxes with hostile checkers, and say honestly which layers hold."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.checker_probes import (
    BREACH,
    CANARY,
    PROBES,
    Layer,
    Probe,
    is_canary,
)
from seawright_environment.core.checker_vetting import RefusedSourceError, prepare
from seawright_environment.core.source_checker import SandboxFault, SandboxRun
from seawright_shared.contracts.environment import LayerReport, ProbeResult, SandboxReport

REQUIRED = ("ast", "monty", "process")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSandboxes:
    """Works for some seconds: probes run into their limits."""

    layers: Callable[[], Sequence[Layer]]
    probes: Sequence[Probe] = PROBES

    def __call__(self) -> SandboxReport:
        """Return what each layer did with each probe that is its to hold."""
        allow_list = Layer(name="ast", reason="", run=_vetted)
        reports = [self._try(layer) for layer in (allow_list, *self.layers())]
        has_required = all(r.is_available for r in reports if r.layer in REQUIRED)
        is_held = all(report.holds for report in reports if report.is_available)
        return SandboxReport(ok=has_required and is_held, layers=reports)

    def _try(self, layer: Layer) -> LayerReport:
        if layer.reason:
            return LayerReport(
                layer=layer.name, is_available=False, reason=layer.reason, holds=False
            )
        probes = [_probed(layer, probe) for probe in self.probes if probe.is_for(layer.name)]
        return LayerReport(
            layer=layer.name,
            is_available=True,
            note=layer.note,
            holds=all(result.outcome == "held" for result in probes),
            probes=probes,
        )


def _probed(layer: Layer, probe: Probe) -> ProbeResult:
    began = time.perf_counter()
    ran = layer.run(probe.source)
    milliseconds = (time.perf_counter() - began) * 1000
    is_breach = ran.fault is SandboxFault.NONE and ran.value is not None
    detail = str(ran.value)[:200] if is_breach else f"{ran.fault}: {ran.detail}"[:200]
    if not is_breach and ran.fault is SandboxFault.NONE:
        detail = "nothing came of it"
    if ran.fault is SandboxFault.UNAVAILABLE:
        is_breach, detail = True, f"not tried: {ran.detail}"[:200]
    if not is_canary(layer.run(CANARY)):
        is_breach, detail = True, f"its neighbour noticed ({detail})"
    return ProbeResult(
        probe=probe.name,
        outcome="breach" if is_breach else "held",
        detail=detail,
        milliseconds=milliseconds,
    )


def _vetted(source: str) -> SandboxRun:
    """Return a fault for what the allow-list refuses; it runs nothing."""
    try:
        prepare(source)
    except RefusedSourceError as error:
        return SandboxRun(fault=SandboxFault.ERROR, detail=f"refused: {error}")
    if source == CANARY:
        goal: JsonValue = {"id": "canary", "ok": True, "why": ""}
        return SandboxRun(value={"claims": {"goals": [goal]}})
    return SandboxRun(value=f"{BREACH}: allowed")

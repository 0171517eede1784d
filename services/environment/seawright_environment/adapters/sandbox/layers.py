"""The layers of both sandboxes, each to be tried by itself."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.adapters.sandbox.monty import MontySandbox
from seawright_environment.adapters.sandbox.processes import ProcessSandbox
from seawright_environment.adapters.sandbox.zygotes import ALL_LAYERS, Job
from seawright_environment.core.checker_probes import CANARY, Layer
from seawright_environment.core.source_checker import Conditions, SandboxFault, SandboxRun


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLayers:
    """What a self-test of the sandboxes tries."""

    monty: MontySandbox
    processes: ProcessSandbox

    def __call__(self) -> list[Layer]:
        """Return the layers below the allow-list, in order."""
        here = self.processes.layers()
        why_no_monty = self._monty_reason()
        workers = f"its workers run under: {self.monty.confinement}"
        refusal = here.refusal
        return [
            Layer(name="monty", reason=why_no_monty, run=self._in_monty, note=workers),
            Layer(name="process", reason=refusal, run=self._under(ALL_LAYERS)),
            Layer(name="seccomp", reason=here.seccomp, run=self._under(("seccomp",))),
            Layer(name="rlimits", reason=refusal, run=self._under(("rlimits",))),
            Layer(name="deadline", reason=refusal, run=self._under(())),
            Layer(name="uid", reason=here.uid, run=self._under(())),
            Layer(name="bubblewrap", reason=here.bubblewrap, run=self._under(())),
        ]

    def _in_monty(self, source: str) -> SandboxRun:
        return self.monty.run(source, [], _no_answer, Conditions())

    def _monty_reason(self) -> str:
        ran = self._in_monty(CANARY)
        return ran.detail if ran.fault is SandboxFault.UNAVAILABLE else ""

    def _under(self, layers: tuple[str, ...]) -> Callable[[str], SandboxRun]:
        def run(source: str) -> SandboxRun:
            job = Job(code=source, uses=[], layers=layers, is_bare=False)
            return self.processes.run_job(job, _no_answer)

        return run


def _no_answer(kind: str, side: str, table: str, key: str) -> JsonValue:
    del kind, side, table, key
    return None

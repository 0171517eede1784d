"""The checker as source code: allowed first, run in a sandbox, its claims judged outside."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import JsonValue

from seawright_environment.core.checker import checked, checker_fault
from seawright_environment.core.checker_claims import judge_claims, read_claims
from seawright_environment.core.checker_context import ContextAnswers
from seawright_environment.core.checker_vetting import RefusedSourceError, prepare
from seawright_environment.core.replay import Replay
from seawright_shared.records.checkers import Checker
from seawright_shared.records.verdicts import Attribution, Verdict

Ask = Callable[[str, str, str, str], JsonValue]
Runtime = Literal["monty", "cpython"]


class SandboxFault(StrEnum):
    """Why a sandbox has no answer."""

    NONE = "none"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    KILLED = "killed"
    UNAVAILABLE = "unavailable"
    """Not the checker's doing: there is no such sandbox here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What must not matter to a verdict."""

    hash_seed: int = 0
    """PYTHONHASHSEED of the interpreter; Monty has none."""
    is_turned: bool = False
    """Whether every object's keys come in the opposite order."""
    clock_shift_days: int = 0
    """Of the clock inside the sandbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRun:
    """What one run in a sandbox came to."""

    value: JsonValue = None
    fault: SandboxFault = SandboxFault.NONE
    detail: str = ""
    cpu_seconds: float | None = None


class Sandbox(Protocol):
    """A place to run prepared source in."""

    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        """Return what `check(ctx, ck)` returned, or the fault. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandboxes:
    """One sandbox per runtime."""

    monty: Sandbox
    cpython: Sandbox

    def of(self, runtime: Runtime) -> Sandbox:
        """Return the sandbox of a runtime."""
        return self.monty if runtime == "monty" else self.cpython


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChecker:
    """A checker's source, ready to be run again and again."""

    code: str
    uses: list[str]
    runtime: Runtime
    sandboxes: Sandboxes
    refusal: str = ""
    """Why it is not run at all."""
    conditions: Conditions = field(default_factory=Conditions)

    @staticmethod
    def of(checker: Checker, sandboxes: Sandboxes) -> "SourceChecker":
        """Return the source of a checker, vetted."""
        assert checker.source is not None
        code, uses, refusal = "", [], ""
        try:
            code, uses = prepare(checker.source)
        except RefusedSourceError as error:
            refusal = f"the source is not allowed: {error}"
        return SourceChecker(
            code=code,
            uses=uses,
            runtime=checker.runtime,
            sandboxes=sandboxes,
            refusal=refusal,
        )

    def under(self, conditions: Conditions, runtime: Runtime) -> "SourceChecker":
        """Return the same checker under other conditions."""
        return replace(self, conditions=conditions, runtime=runtime)

    def judge(self, run: Replay) -> Verdict:
        """Return the verdict. Whatever goes wrong in the source is a fault without a reward."""
        if self.refusal:
            return checker_fault("refused", self.refusal)
        now = run.world.base.content.now
        answers = ContextAnswers(run=run, now=now, is_turned=self.conditions.is_turned)
        sandbox = self.sandboxes.of(self.runtime)
        ran = sandbox.run(self.code, self.uses, answers, self.conditions)
        milliseconds = (ran.cpu_seconds or 0.0) * 1000
        if ran.fault is not SandboxFault.NONE:
            fault = checker_fault(str(ran.fault), f"the checker's source: {ran.detail}")
            if ran.fault is SandboxFault.UNAVAILABLE:
                fault = fault.model_copy(update={"attribution": Attribution.INFRA})
            return fault.model_copy(update={"milliseconds": milliseconds})
        claims = read_claims(ran.value)
        checks = claims if isinstance(claims, str) else judge_claims(claims, run)
        if isinstance(checks, str):
            return checker_fault("nonsense", checks)
        return checked(checks).model_copy(update={"milliseconds": milliseconds})

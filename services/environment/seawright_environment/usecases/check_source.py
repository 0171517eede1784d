"""Run the self-test gate on a checker in either form, and say whether it may be used."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.drafting import Author
from seawright_environment.core.mutants import Trial
from seawright_environment.core.replay import open_task
from seawright_environment.core.selftest import run_gate
from seawright_environment.core.selftest_judges import Judge, SourceJudge, SpecJudge
from seawright_environment.core.selftest_scripts import gold_script
from seawright_environment.core.source_checker import Sandboxes, SourceChecker
from seawright_environment.usecases.draft_tasks import author_of
from seawright_shared.contracts.environment import CheckerSelfTestResponse
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.checkers import Checker, CheckerStatus, SelfTest
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSource:
    """Loads the task's database, then tries the checker on what passes and on what must not."""

    databases: Databases
    authors: Mapping[str, Author]
    sandboxes: Sandboxes

    def __call__(
        self, task: Task, checker: Checker | None, *, min_kill: float, has_styles: bool
    ) -> CheckerSelfTestResponse:
        """Return the measurements, and the checker as passed or quarantined with the reason."""
        if task.solution is None or task.customer_id is None:
            raise _missing("/task/solution", "the gate needs the task's customer and solution")
        tried = checker or (Checker(spec=task.checker) if task.checker else None)
        if tried is None:
            raise _missing("/checker", "the task has no checker of its own")
        trial = Trial(
            task=task,
            script=gold_script(task),
            start=open_task(self.databases.load(task.database), task),
            author=author_of(self.authors, task.domain),
        )
        selftest = run_gate(
            trial,
            self._judge_of(tried),
            min_kill=min_kill,
            clock=time.perf_counter,
            has_styles=has_styles,
        )
        status: CheckerStatus = "ok" if selftest.ok else "quarantined"
        update = {"status": status, "reason": _reason(selftest)}
        return CheckerSelfTestResponse(checker=tried.model_copy(update=update), selftest=selftest)

    def _judge_of(self, checker: Checker) -> Judge:
        if checker.spec is not None:
            return SpecJudge(spec=checker.spec)
        return SourceJudge(checker=SourceChecker.of(checker, self.sandboxes))


def _reason(selftest: SelfTest) -> str:
    return "; ".join(selftest.failures[:3])[:500]


def _missing(pointer: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code="needed", detail=detail)
    return InvalidRequestError(detail, errors=[error])

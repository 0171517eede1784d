"""Verify a trajectory: replay its calls and judge what came of them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seawright_environment.core.checker import check_trajectory, checker_fault
from seawright_environment.core.databases import Databases
from seawright_environment.core.replay import Replay, replay
from seawright_environment.core.source_checker import Sandboxes, SourceChecker
from seawright_environment.core.tau2_documents import read_document
from seawright_environment.core.tau2_evaluation import SCORED_STOPS, evaluate
from seawright_environment.core.tau2_verdicts import tau2_verdict
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.checkers import Checker, CheckerSpec
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Attribution, Verdict

FAULTS = {
    StopReason.USER_ERROR: Attribution.USER,
    StopReason.INFRASTRUCTURE: Attribution.INFRA,
}
"""Ends of an episode that say nothing about the agent: they never become a reward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Episode:
    """What is verified."""

    task: Task
    messages: Sequence[Message]
    stop: StopReason
    is_solo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTrajectory:
    """Works off the event loop."""

    databases: Databases
    sandboxes: Sandboxes | None = None
    """Where source checkers run; None: they are refused."""

    async def __call__(
        self,
        task: Task,
        messages: Sequence[Message],
        stop: StopReason,
        *,
        scoring: Literal["checker", "tau2"] = "checker",
        checker: CheckerSpec | None = None,
        source_checker: Checker | None = None,
        is_solo: bool = False,
    ) -> Verdict:
        """Return the verdict; its reward is None where a fault must not become one.

        In a solo episode the agent held the user's tools, too.
        """
        chosen = source_checker or _as_checker(checker or task.checker)
        episode = _Episode(task=task, messages=messages, stop=stop, is_solo=is_solo)
        return await asyncio.to_thread(self._verify, episode, scoring, chosen)

    def _verify(
        self, episode: "_Episode", scoring: Literal["checker", "tau2"], checker: Checker | None
    ) -> Verdict:
        began, stop = time.perf_counter(), episode.stop
        if stop in FAULTS:
            verdict = _faulty(f"stop:{stop}", f"the episode ended by {stop}", FAULTS[stop])
        elif scoring == "tau2":
            verdict = self._by_tau2(episode)
        else:
            verdict = self._by_checker(episode, checker)
        milliseconds = (time.perf_counter() - began) * 1000
        return verdict.model_copy(update={"milliseconds": milliseconds})

    def _by_tau2(self, episode: "_Episode") -> Verdict:
        task, stop = episode.task, episode.stop
        if task.tau2 is None:
            raise _invalid("/task/tau2", "scoring tau2 needs the task's tau2-bench document")
        base = self.databases.load(task.database)
        document = read_document(task.tau2)
        evaluation = evaluate(base, document, episode.messages, stop, is_solo=episode.is_solo)
        if evaluation.mismatches:
            return _faulty("replay:mismatch", "; ".join(evaluation.mismatches), Attribution.ENV)
        return tau2_verdict(evaluation, stop)

    def _by_checker(self, episode: "_Episode", checker: Checker | None) -> Verdict:
        task, stop = episode.task, episode.stop
        if checker is None:
            raise _invalid(
                "/task/checker", "scoring checker needs a checker, of the task or beside"
            )
        base = self.databases.load(task.database)
        run = replay(base, task, episode.messages, is_solo=episode.is_solo)
        if run.mismatches:
            return _faulty("replay:mismatch", "; ".join(run.mismatches), Attribution.ENV)
        verdict = self._judged(checker, run)
        if stop in SCORED_STOPS or verdict.reward is None:
            return verdict
        ended = {
            "ok": False,
            "reward": 0.0,
            "failure_class": f"stop:{stop}",
            "rationale": f"the episode ended by {stop}",
            "attribution": Attribution.AGENT,
        }
        return verdict.model_copy(update=ended)

    def _judged(self, checker: Checker, run: Replay) -> Verdict:
        if checker.status == "quarantined":
            return checker_fault("quarantined", f"the checker is in quarantine: {checker.reason}")
        if checker.spec is not None:
            return check_trajectory(checker.spec, run)
        if self.sandboxes is None:
            raise _invalid("/source_checker", "this service runs no source checkers")
        verdict = SourceChecker.of(checker, self.sandboxes).judge(run)
        return verdict.model_copy(update={"final_state_hash": run.world.state_hash()})


def _as_checker(spec: CheckerSpec | None) -> Checker | None:
    return Checker(spec=spec) if spec is not None else None


def _faulty(failure_class: str, rationale: str, attribution: Attribution) -> Verdict:
    return Verdict(
        subject="trajectory",
        ok=False,
        stage=failure_class.split(":")[0],
        failure_class=failure_class,
        rationale=rationale,
        attribution=attribution,
    )


def _invalid(pointer: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code="needed", detail=detail)
    return InvalidRequestError(detail, errors=[error])

"""Measure the weights of an SFT run by pass^1 while it goes on."""

from dataclasses import dataclass

from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.contracts.trainer import StepEvaluation
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.jobs import JobStatus
from seawright_trainer.core.early_stop import (
    Evaluations,
    StepEvaluations,
    evaluation_of,
    is_evaluation_due,
    last_due,
    must_know,
)
from seawright_trainer.core.training_runs import RunState
from seawright_trainer.usecases.publish_version import ServeStart


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateStep:
    """Episodes are the orchestrator's; asking twice starts them once."""

    evaluations: Evaluations
    kept: StepEvaluations
    serve: ServeStart

    async def __call__(self, run: RunState, step: int) -> str:
        """Start what is due after `step`; return what training waits for, or nothing."""
        spec = run.spec
        due = last_due(spec, step)
        if due is None:
            return ""
        found = next((one for one in run.shown.evaluations if one.step == due), None)
        if found is None and due == step:
            assert is_evaluation_due(spec, step)
            await self._start(run, step)
            return f"the evaluation of step {step}" if must_know(spec, step) else ""
        if found is None or found.pass_1 is not None or not must_know(spec, step):
            return ""
        return await self._awaited(run, found)

    async def _start(self, run: RunState, step: int) -> None:
        await self.serve.serve_step(run, step)
        run_id, attempt = run.shown.id, run.shown.attempt
        started = await self.evaluations.start(
            evaluation_of(run.spec, f"{run_id}, step {step}"),
            key=f"{run_id}-evaluation-{step}-of-{attempt}",
        )
        await self.kept.begin(run_id, step, started)

    async def _awaited(self, run: RunState, evaluation: StepEvaluation) -> str:
        """Return how far it is; where it is done, keep its measure."""
        # A policy that was restarted would otherwise play none of the episodes.
        await self.serve.restore(run)
        played = await self.evaluations.run(evaluation.evaluation_run_id)
        words = f"evaluation {played.id} of step {evaluation.step}"
        if not played.status.is_final:
            return f"{words}: {played.num_episodes_done} of {played.num_episodes} episodes"
        measured = _pass_1(played)
        if measured is None:
            await self.kept.forget(run.shown.id, evaluation.step)
            said = "" if played.status_reason is None else f": {played.status_reason.message}"
            ended = "scored no episode" if played.report is not None else played.status.value
            detail = f"{words} {ended}{said}"
            field = FieldError(pointer="/early_stop", code="not-evaluated", detail=detail)
            raise InvalidRequestError(detail, errors=[field])
        done = evaluation.model_copy(update={"pass_1": measured})
        await self.kept.finish(run.shown.id, done)
        return f"the measure of {words} to be kept"


def _pass_1(played: EvaluationRun) -> float | None:
    if played.status is not JobStatus.SUCCEEDED or played.report is None:
        return None
    measured = played.report.pass_hat.get(1)
    return None if measured is None else measured.value

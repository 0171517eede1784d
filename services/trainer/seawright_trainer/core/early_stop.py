"""When SFT is evaluated, which weights were best so far, and when no more is hoped for."""

from collections.abc import Sequence
from typing import Protocol

from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.contracts.trainer import StepEvaluation, TrainingRun
from seawright_shared.records.specs import EarlyStopSpec, EvaluationSpec, TrainingSpec


class Evaluations(Protocol):
    """The orchestrator's evaluation runs."""

    async def start(self, spec: EvaluationSpec, *, key: str) -> str:
        """Start a run and return its id; the same key starts it once."""
        ...

    async def run(self, evaluation_run_id: str) -> EvaluationRun:
        """Return the run, with its report when it is done."""
        ...


class StepEvaluations(Protocol):
    """What is kept of a training run's evaluations. Every method is one transaction."""

    async def begin(self, run_id: str, step: int, evaluation_run_id: str) -> None:
        """The weights after `step` are played; known steps change nothing."""
        ...

    async def finish(self, run_id: str, evaluation: StepEvaluation) -> None:
        """Keep the measure, and tell people of it."""
        ...

    async def forget(self, run_id: str, step: int) -> None:
        """The evaluation came to nothing: another one may begin."""
        ...


def is_evaluation_due(spec: TrainingSpec, step: int) -> bool:
    """Return whether the weights after `step` are evaluated; after the last step always."""
    if spec.early_stop is None or step == 0:
        return False
    return step % spec.early_stop.every == 0 or step == spec.num_steps


def last_due(spec: TrainingSpec, step: int) -> int | None:
    """Return the newest step up to this one that is evaluated."""
    return next((one for one in range(step, 0, -1) if is_evaluation_due(spec, one)), None)


def must_know(spec: TrainingSpec, step: int) -> bool:
    """Return whether training waits after `step` for what was evaluated until then.

    Before the next evaluated step is done, because its weights take the served ones' place; so
    episodes are played while the steps between are trained, and how many steps a run does never
    depends on how fast they were played.
    """
    return step >= spec.num_steps or is_evaluation_due(spec, step + 1)


def best_of(
    evaluations: Sequence[StepEvaluation], early_stop: EarlyStopSpec
) -> StepEvaluation | None:
    """Return the last finished evaluation that was better than all before it, by `min_gain`."""
    best: StepEvaluation | None = None
    best_value = 0.0
    for evaluation in sorted(evaluations, key=lambda one: one.step):
        value = evaluation.pass_1
        if value is not None and (best is None or value > best_value + early_stop.min_gain):
            best, best_value = evaluation, value
    return best


def has_stopped(evaluations: Sequence[StepEvaluation], early_stop: EarlyStopSpec) -> bool:
    """Return whether as many evaluations as patience allows were no better than the best."""
    best = best_of(evaluations, early_stop)
    if best is None:
        return False
    later = [one for one in evaluations if one.step > best.step and one.pass_1 is not None]
    return len(later) >= early_stop.patience


def is_finished(spec: TrainingSpec, step: int, evaluations: Sequence[StepEvaluation]) -> bool:
    """Return whether nothing is left to train or to measure."""
    if spec.early_stop is None:
        return step >= spec.num_steps
    if has_stopped(evaluations, spec.early_stop):
        return True
    measured = {one.step for one in evaluations if one.pass_1 is not None}
    return step >= spec.num_steps and spec.num_steps in measured


def kept_steps(run: TrainingRun, step: int) -> list[int]:
    """Return the steps whose weights are needed on: the best, and those that are played."""
    kept = {one.step for one in run.evaluations if one.pass_1 is None}
    kept |= {step} if is_evaluation_due(run.spec, step) else set()
    kept |= {run.best_step} if run.best_step is not None else set()
    return sorted(kept)


def evaluation_of(spec: TrainingSpec, name: str) -> EvaluationSpec:
    """Return how the weights being served are played."""
    assert spec.early_stop is not None
    return EvaluationSpec(
        name=name,
        dataset_id=spec.early_stop.dataset_id,
        agent=spec.agent.model_copy(update={"model": spec.model.name, "version": None}),
        user=spec.user,
        num_trials=spec.early_stop.num_trials,
        seed=spec.seed,
        max_turns=spec.max_turns,
    )

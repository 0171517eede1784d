"""Tell rank 0 what to do next."""

import asyncio
from dataclasses import dataclass

from seawright_shared.contracts.trainer import Work, WorkRequest
from seawright_shared.errors import ConflictError
from seawright_trainer.core.early_stop import kept_steps
from seawright_trainer.core.ports import Runs, Steps, StoredBatch
from seawright_trainer.core.training_runs import RunState
from seawright_trainer.usecases.build_batch import BuildBatch, Shortage
from seawright_trainer.usecases.evaluate_step import EvaluateStep
from seawright_trainer.usecases.publish_version import ServeStart

LOOK_SECONDS = 0.1
"""Between two looks at what is missing."""
PEER_LOOK_SECONDS = 0.5
"""Where a look asks a peer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWork:
    """The control plane's half of the worker loop. Asking twice gives the same batch."""

    runs: Runs
    steps: Steps
    build: BuildBatch
    serve_start: ServeStart
    evaluate: EvaluateStep

    async def __call__(self, run_id: str, attempt: int, request: WorkRequest) -> Work:
        """Return a decision, waiting up to `wait_seconds` where there is none to make yet."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + request.wait_seconds
        while True:
            run = await self.runs.load(run_id)
            work = await self._decide(run, attempt, request.step)
            left = deadline - clock()
            if work.action != "wait" or left <= 0:
                return work
            pause = LOOK_SECONDS if run.spec.early_stop is None else PEER_LOOK_SECONDS
            await asyncio.sleep(min(pause, left))

    async def _decide(self, run: RunState, attempt: int, step: int) -> Work:
        if not run.is_held_by(attempt):
            return Work(action="stop")
        if run.begun_attempt != attempt:
            await self._begin(run, attempt, step)
            return Work(action="wait", missing="the first batch")
        if step != run.shown.step:
            raise ConflictError(f"the run is at step {run.shown.step}, not {step}")
        if run.desired == "pause":
            return Work(action="pause")
        if run.desired == "checkpoint":
            return await self._checkpoint(run, step)
        awaited = await self.evaluate(run, step)
        if awaited:
            return Work(action="wait", missing=awaited)
        if run.is_finished:
            if run.shown.best_step is not None:
                await self.serve_start.serve_step(run, run.shown.best_step)
            return Work(action="finish")
        work = await self._train(run, attempt, step + 1)
        return work.model_copy(update={"kept_steps": kept_steps(run.shown, step)})

    async def _begin(self, run: RunState, attempt: int, step: int) -> None:
        version = run.shown.version
        # Rollouts come from served weights; and of a finished run a fault may have left the last
        # step recorded and its weights not served.
        if run.spec.kind == "grpo" or step >= run.spec.num_steps:
            version = await self.serve_start(run, step)
        await self.runs.begin_attempt(run.shown.id, attempt, step=step, version=version)

    async def _checkpoint(self, run: RunState, step: int) -> Work:
        saved = await self.steps.checkpoints(run.shown.id)
        if step == 0 or any(checkpoint.step == step for checkpoint in saved):
            await self.runs.settle_checkpoint_wish(run.shown.id)
            return Work(action="wait", missing="the next batch")
        return Work(action="checkpoint")

    async def _train(self, run: RunState, attempt: int, step: int) -> Work:
        stored = await self.steps.handed_batch(run.shown.id, attempt, step)
        if stored is not None:
            return _train_on(stored)
        built = await self.build(run, step)
        if isinstance(built, Shortage):
            return Work(action="wait", missing=built.missing)
        await self.steps.hand_batch(
            run.shown.id, attempt, step, built.stored, group_ids=built.group_ids
        )
        return _train_on(built.stored)


def _train_on(stored: StoredBatch) -> Work:
    return Work(action="train", batch=stored.reference)

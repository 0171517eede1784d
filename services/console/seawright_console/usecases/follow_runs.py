"""Follow a run to its end, with a progress bar."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from seawright_console.core.deployment import Deployment
from seawright_console.core.ports import Meter, Pause, Screen
from seawright_console.core.run_failure import failure_of
from seawright_shared.contracts.orchestrator import EvaluationRun, Run, SynthesisRun
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import UnavailableError
from seawright_shared.records.jobs import JobStatus

R = TypeVar("R", bound=Run)

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 120.0
"""How long a deployment may be away (a restart) before following gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much of a run is done."""

    done: float
    total: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRuns:
    """Waits for runs of a deployment; one that does not succeed raises `RunFailedError`."""

    deployment: Deployment
    screen: Screen
    pause: Pause

    async def synthesis(self, run_id: str, title: str = "Synthesis") -> SynthesisRun:
        """Return the synthesis run when it succeeded."""
        return await self._follow(
            lambda: self.deployment.orchestrator.synthesis_run(run_id),
            lambda run: Amount(
                done=run.num_iterations_done,
                total=run.spec.num_streams * run.spec.num_iterations,
                note=f"{run.num_tasks} tasks",
            ),
            title,
        )

    async def evaluation(self, run_id: str, title: str = "Evaluation") -> EvaluationRun:
        """Return the evaluation run when it succeeded."""
        return await self._follow(
            lambda: self.deployment.orchestrator.evaluation_run(run_id),
            lambda run: Amount(
                done=run.num_episodes_done, total=max(1, run.num_episodes), note="episodes"
            ),
            title,
        )

    async def training(self, run_id: str, title: str = "Training") -> TrainingRun:
        """Return the training run when it succeeded."""
        return await self._follow(
            lambda: self.deployment.trainer.run(run_id),
            lambda run: Amount(done=run.step, total=run.spec.num_steps, note=run.phase),
            title,
        )

    async def _follow(
        self, read: Callable[[], Awaitable[R]], amount: Callable[[R], Amount], title: str
    ) -> R:
        with self.screen.phase(title) as meter:
            absent = 0.0
            while True:
                try:
                    run = await read()
                except UnavailableError as error:
                    absent += POLL_SECONDS
                    if absent > PATIENCE_SECONDS:
                        raise
                    meter.show(0, 1, f"waiting for the service: {error.code}")
                    await self.pause(POLL_SECONDS)
                    continue
                absent = 0.0
                _show(meter, amount(run))
                if run.status is JobStatus.SUCCEEDED:
                    return run
                if run.status.is_final or run.status is JobStatus.PAUSED:
                    raise failure_of(run.id, run.status, run.status_reason)
                await self.pause(POLL_SECONDS)


def _show(meter: Meter, amount: Amount) -> None:
    meter.show(amount.done, amount.total, amount.note)

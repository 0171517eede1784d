"""See a run to its end: launch its ranks, watch them, restart them from the last checkpoint."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from seawright_shared.errors import DeadlineError, SeawrightError
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome
from seawright_trainer.core.ports import Attempt, Heartbeats, Launcher, Lease, Rollouts, Runs, Steps
from seawright_trainer.core.training_runs import RunState, spec_hash
from seawright_trainer.usecases.gather_groups import GatherGroups
from seawright_trainer.usecases.patience import patiently
from seawright_trainer.usecases.publish_version import ServeStart
from seawright_trainer.usecases.render_dataset import RenderDataset

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""Between two looks at the heartbeats."""
RESTART_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where runs keep their files, and how ranks reach the control plane."""

    runs_dir: Path
    blob_dir: Path
    blob_url: str | None = None
    control_url: str
    keep_checkpoints: int
    heartbeat_deadline_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperviseRun:
    """The handler of a run's job. Cancelling it ends the ranks."""

    runs: Runs
    steps: Steps
    heartbeats: Heartbeats
    rollouts: Rollouts
    launcher: Launcher
    serve_start: ServeStart
    render: RenderDataset
    gather: GatherGroups
    places: Places
    restart_seconds: float = field(default=RESTART_SECONDS)

    async def __call__(self, lease: Lease, run_id: str) -> None:
        """Run attempts until the run is done, paused, or out of attempts."""
        while True:
            run = await lease.start_attempt(run_id)
            outcome = await self._attempt(run)
            run = await self.runs.load(run_id)
            if outcome.exit_code == ExitCode.DONE and run.is_finished:
                await self._close_stream(run)
                await lease.succeed(run_id)
                return
            if outcome.exit_code == ExitCode.DONE and run.desired == "pause":
                await lease.pause(run_id)
                return
            if outcome.exit_code == ExitCode.CONFIG:
                await lease.fail(run_id, code=outcome.code, message=outcome.message)
                return
            said = outcome.message or f"the ranks ended early with status {outcome.exit_code}"
            num_failures = await self.runs.count_failure(run_id, run.shown.attempt, said)
            if num_failures >= run.spec.max_attempts:
                message = f"{num_failures} attempts failed, the last one: {said}"
                await lease.fail(run_id, code=outcome.code, message=message)
                return
            await asyncio.sleep(self.restart_seconds)

    async def _attempt(self, run: RunState) -> Outcome:
        """Return how the attempt ended; faults of the intake end it too."""
        try:
            # A folder that the policy refuses is refused here, before a rank is launched.
            await patiently(partial(self.serve_start.serve_base, run))
            if run.spec.kind == "sft":
                await patiently(partial(self.render, run))
            attempt = await self.launcher.launch(await self._config(run))
            try:
                return await self._watch(run, attempt)
            finally:
                await attempt.stop()
        except SeawrightError as error:
            code = ExitCode.FAULT if error.retryable else ExitCode.CONFIG
            return Outcome(rank=-1, exit_code=code, code=error.code, message=error.detail)

    async def _watch(self, run: RunState, attempt: Attempt) -> Outcome:
        """Wait for the ranks' end, a silent rank, or a fault of the intake, whichever is first."""
        try:
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(self._listen(run))]
                if run.spec.kind == "grpo":
                    beside.append(group.create_task(self.gather(run.shown.id)))
                outcome = await attempt.wait()
                for task in beside:
                    task.cancel()
                return outcome
        except* SeawrightError as faults:
            first = faults.exceptions[0]
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            fault = first
        raise fault

    async def _listen(self, run: RunState) -> None:
        limit = self.places.heartbeat_deadline_seconds
        clock = asyncio.get_running_loop().time
        launched = clock()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if clock() - launched < limit:
                continue
            silent = await self.heartbeats.silent_ranks(
                run.shown.id, run.shown.attempt, num_ranks=run.spec.num_ranks, seconds=limit
            )
            if silent:
                raise DeadlineError(f"no heartbeat for {limit:g} s from {'; '.join(silent)}")

    async def _config(self, run: RunState) -> AttemptConfig:
        folder = self.places.runs_dir.absolute() / run.shown.id
        checkpoints = await self.steps.checkpoints(run.shown.id)
        return AttemptConfig(
            run_id=run.shown.id,
            attempt=run.shown.attempt,
            spec=run.spec,
            spec_hash=spec_hash(run.spec),
            control_url=self.places.control_url,
            blob_dir=str(self.places.blob_dir.absolute()),
            blob_url=self.places.blob_url,
            checkpoint_dir=str(folder / "checkpoints"),
            export_dir=str(folder / "exports"),
            outcome_dir=str(folder / f"attempt_{run.shown.attempt}"),
            candidates=[checkpoint.uri for checkpoint in checkpoints],
            promoted_steps=[
                checkpoint.step
                for checkpoint in checkpoints
                if checkpoint.promoted_version is not None
            ],
            keep_checkpoints=self.places.keep_checkpoints,
        )

    async def _close_stream(self, run: RunState) -> None:
        if run.stream_id is None:
            return
        try:
            await self.rollouts.close_stream(run.stream_id)
        except SeawrightError as error:
            # The run is done all the same; without credits the stream plays no more.
            log.warning("stream.not_closed", stream_id=run.stream_id, reason=error.detail)

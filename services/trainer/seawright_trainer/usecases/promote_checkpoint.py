"""Serve a checkpoint of a run that rests, and keep it; or make a model folder of it."""

from dataclasses import dataclass

from seawright_shared.contracts.trainer import CheckpointChoice, ExportedModel
from seawright_shared.errors import (
    ConflictError,
    FieldError,
    InvalidRequestError,
    NotFoundError,
)
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.rollouts import Checkpoint, PolicyVersion
from seawright_trainer.core.model_folders import Copies, Weights
from seawright_trainer.core.ports import RunDesk, Steps, Versions
from seawright_trainer.usecases.publish_version import ServeStart

RESTING = frozenset({JobStatus.PAUSED, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED})
"""A run at work publishes by itself; between its versions nobody else's may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCheckpoints:
    """A run's checkpoints, and the exports that were made with them."""

    steps: Steps
    versions: Versions
    weights: Weights

    async def chosen(self, run_id: str, choice: CheckpointChoice) -> Checkpoint:
        """Return the checkpoint that is meant, or raise `NotFoundError` saying which there are."""
        kept = await self.steps.checkpoints(run_id)
        for checkpoint in kept:
            if choice.step in {None, checkpoint.step}:
                return checkpoint
        there = ", ".join(str(each.step) for each in kept) or "none"
        which = "any step" if choice.step is None else f"step {choice.step}"
        detail = f"no checkpoint of {which} is kept; there are: {there}"
        field = FieldError(pointer="/step", code="no_checkpoint", detail=detail)
        raise NotFoundError(detail, {"training_run_id": run_id}, errors=[field])

    async def exported(self, checkpoint: Checkpoint) -> PolicyVersion:
        """Return its weights, their number still open; `ConflictError` where they are not whole."""
        step = checkpoint.step
        exported = await self.versions.checkpoint_weights(checkpoint.training_run_id, step)
        if exported is None:
            raise ConflictError(f"the checkpoint of step {step} has no export")
        try:
            found = await self.weights.sha256(exported.uri)
        except InvalidRequestError as error:
            raise ConflictError(f"the export of step {step} is gone: {error.detail}") from error
        if found != exported.sha256:
            raise ConflictError(f"the export of step {step} is not what was written")
        return exported


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteCheckpoint:
    """Promoting the same checkpoint again changes nothing."""

    desk: RunDesk
    kept: KeptCheckpoints
    serve: ServeStart

    async def __call__(self, run_id: str, choice: CheckpointChoice) -> PolicyVersion:
        """Return the version that is served now; the checkpoint is kept from then on."""
        run = await self.desk.load(run_id)
        if run.shown.status not in RESTING:
            detail = f"a run that is {run.shown.status.value} publishes by itself: pause it first"
            raise ConflictError(detail, {"training_run_id": run_id})
        checkpoint = await self.kept.chosen(run_id, choice)
        version = await self.serve.serve_weights(run, await self.kept.exported(checkpoint))
        await self.kept.steps.promote(checkpoint, version)
        return version


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCheckpoint:
    """Exporting the same checkpoint again returns the same folder."""

    desk: RunDesk
    kept: KeptCheckpoints
    copies: Copies

    async def __call__(self, run_id: str, choice: CheckpointChoice) -> ExportedModel:
        """Return a model folder of its own, which no later step removes."""
        await self.desk.load(run_id)
        checkpoint = await self.kept.chosen(run_id, choice)
        weights = await self.kept.exported(checkpoint)
        return ExportedModel(
            training_run_id=run_id,
            step=checkpoint.step,
            uri=await self.copies.keep(weights),
            sha256=weights.sha256,
        )

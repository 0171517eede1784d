"""Accept a training run, or say which field makes it impossible."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import NotFoundError
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.dataset_check import (
    refuse_wrong_dataset,
    refuse_wrong_evaluation,
    unknown_dataset,
)
from seawright_trainer.core.model_folders import Templates, Weights, refuse_broken_prefixes
from seawright_trainer.core.ports import Rollouts
from seawright_trainer.core.training_runs import (
    refuse_impossible,
    refuse_too_long,
    refuse_undivided,
)
from seawright_trainer.core.user_gate import UserCheck, UserReports, check_user, needs_check

Insert = Callable[[TrainingSpec, UserCheck], Awaitable[TrainingRun]]
"""Writes the run in the transaction that also remembers the idempotency key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRun:
    """Everything that can be known before a process is started is checked here."""

    weights: Weights
    templates: Templates
    rollouts: Rollouts
    reports: UserReports

    async def __call__(self, spec: TrainingSpec, insert: Insert) -> TrainingRun:
        """Return the queued run, or raise `InvalidRequestError` naming fields."""
        refuse_impossible(spec)
        refuse_broken_prefixes("/model/uri", await self.templates.prefix_fault(spec.model.uri))
        await self.weights.sha256(spec.model.uri)
        limits = await self.weights.limits(spec.model.uri)
        refuse_too_long(spec, limits.context_length)
        refuse_undivided(spec, limits.num_experts)
        await self._check_datasets(spec)
        report = None
        if needs_check(spec):
            report = await self.reports.newest(spec.user.model or "", spec.dataset_id)
        return await insert(spec, check_user(spec, report))

    async def _check_datasets(self, spec: TrainingSpec) -> None:
        refuse_wrong_dataset(spec, await self._dataset("/dataset_id", spec.dataset_id))
        if spec.early_stop is not None:
            pointer, dataset_id = "/early_stop/dataset_id", spec.early_stop.dataset_id
            refuse_wrong_evaluation(await self._dataset(pointer, dataset_id))

    async def _dataset(self, pointer: str, dataset_id: str) -> DatasetVersion:
        try:
            return await self.rollouts.dataset(dataset_id)
        except NotFoundError as error:
            raise unknown_dataset(pointer, dataset_id) from error

"""Accept a training run, or say which field makes it impossible."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.model_folders import Weights
from seawright_trainer.core.training_runs import refuse_impossible, refuse_too_long
from seawright_trainer.core.user_gate import UserCheck, UserReports, check_user, needs_check

Insert = Callable[[TrainingSpec, UserCheck], Awaitable[TrainingRun]]
"""Writes the run in the transaction that also remembers the idempotency key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRun:
    """Everything that can be known before a process is started is checked here."""

    weights: Weights
    reports: UserReports

    async def __call__(self, spec: TrainingSpec, insert: Insert) -> TrainingRun:
        """Return the queued run, or raise `InvalidRequestError` naming fields."""
        refuse_impossible(spec)
        await self.weights.sha256(spec.model.uri)
        refuse_too_long(spec, (await self.weights.limits(spec.model.uri)).context_length)
        report = None
        if needs_check(spec):
            report = await self.reports.newest(spec.user.model or "", spec.dataset_id)
        return await insert(spec, check_user(spec, report))

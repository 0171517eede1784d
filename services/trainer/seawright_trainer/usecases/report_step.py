"""Record a finished step and serve its weights."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.contracts.trainer import StepReport, TrainingStep
from seawright_trainer.core.ports import Steps
from seawright_trainer.core.step_screens import StepScreen
from seawright_trainer.usecases.publish_version import PublishVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStep:
    """One transaction records everything; then the version is published, or published again."""

    steps: Steps
    publish: PublishVersion
    screens: Sequence[StepScreen] = ()

    async def __call__(self, run_id: str, attempt: int, report: StepReport) -> TrainingStep:
        """Return the step as recorded. A report that was lost on its way back is idempotent."""
        stored = await self.steps.record(run_id, attempt, report)
        for screen in self.screens if report.metrics else ():
            await screen.show(run_id, report.step, report.metrics)
        if stored.publication is not None and not stored.is_served:
            await self.publish(run_id, stored.publication)
        return TrainingStep(
            step=report.step,
            attempt=attempt,
            version=stored.version,
            episode_ids=report.episode_ids,
            metrics=report.metrics,
        )

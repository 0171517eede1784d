"""End the training of earlier demonstrations that were interrupted: a new one would wait for it."""

from dataclasses import dataclass

from seawright_console.core.deployment import Deployment
from seawright_shared.contracts.trainer import TrainingRun

PREFIX = "demo-"
"""What the names of a demonstration's models begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEarlier:
    """A restarted deployment goes on with whatever was interrupted; nobody waits for this."""

    deployment: Deployment

    async def __call__(self) -> list[TrainingRun]:
        """Return the runs that were ended."""
        ended: list[TrainingRun] = []
        cursor: str | None = None
        while True:
            page = await self.deployment.trainer.runs(cursor=cursor)
            waiting = [
                run.id
                for run in page.data
                if not run.status.is_final and run.spec.model.name.startswith(PREFIX)
            ]
            ended += [await self.deployment.trainer.cancel(run_id) for run_id in waiting]
            cursor = page.next_cursor
            if cursor is None:
                return ended

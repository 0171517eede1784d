"""The measures of user models, read of the orchestrator."""

from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.user_quality import UserQualityReports
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.user_quality import UserQualityReport

NUM_LOOKED_AT = 200
"""Newest reports of one model; older ones say nothing of it any more."""


class HttpUserReports:
    """The port `UserReports` by the typed clients."""

    def __init__(self, orchestrator: OrchestratorClient) -> None:
        self._orchestrator = orchestrator
        self._reports = UserQualityReports(orchestrator.peer)

    async def newest(self, model: str, dataset_id: str) -> UserQualityReport | None:
        """Return the newest finished report of a user model on the domain of a dataset."""
        tasks = await self._orchestrator.dataset_tasks(dataset_id, limit=1)
        wanted = {task.domain for task in tasks.data}
        page = await self._reports.page(model=model, limit=NUM_LOOKED_AT)
        for report in page.data:
            quality = report.quality
            if report.status is not JobStatus.SUCCEEDED or quality is None:
                continue
            if wanted <= set(quality.domains):
                return report
        return None

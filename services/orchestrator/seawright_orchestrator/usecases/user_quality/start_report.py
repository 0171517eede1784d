"""Start a user quality report: say what makes it impossible, then store it with its job."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.usecases.start_evaluation import rl_task_ids
from seawright_orchestrator.usecases.stores import DatasetStore
from seawright_orchestrator.usecases.user_quality.report_store import ReportStore
from seawright_shared.errors import NotFoundError
from seawright_shared.records.ids import NewId
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReport:
    """Two steps: what needs peers comes before the transaction."""

    reports: ReportStore
    datasets: DatasetStore
    domains: Domains
    new_id: NewId

    async def prepare(self, spec: UserQualitySpec) -> None:
        """Raise naming the field that is wrong, if there is one."""
        user = spec.user
        if user.kind == "model" and not user.model:
            raise refused("/user/model", "needed", "a model user needs the name of its model")
        if not 0.0 <= user.slip_rate <= 1.0:
            raise refused("/user/slip_rate", "invalid", "a probability lies between 0 and 1")
        if spec.dataset_id is not None:
            await rl_task_ids(self.datasets, spec.dataset_id)
        if spec.database is not None:
            try:
                await self.domains.domain(spec.database.domain)
            except NotFoundError as error:
                raise refused("/database/domain", "unknown-domain", error.detail) from error

    async def store(self, connection: AsyncConnection, spec: UserQualitySpec) -> UserQualityReport:
        """Store the report in the caller's transaction."""
        return await self.reports.create(connection, self.new_id("uqr"), spec)

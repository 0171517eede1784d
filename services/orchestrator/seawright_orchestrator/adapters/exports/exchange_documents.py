"""Tasks and databases in tau2-bench's form, written by the environment."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.exports.columns import Row
from seawright_orchestrator.usecases.exports.export_folders import WrittenDatabase
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.contracts.exchange import MAX_EXPORTED_CUSTOMERS, TaskExportRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task

NOT_EXPRESSIBLE = "not-expressible"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeDocuments:
    """One request for a batch; where one task spoils it, one request for each half."""

    client: ExchangeClient

    async def documents(self, tasks: Sequence[Task]) -> list[Row | None]:
        """Return a document for each task; None where that form cannot say or score it."""
        if not tasks:
            return []
        try:
            found = await self.client.export_tasks(TaskExportRequest(tasks=list(tasks)))
        except InvalidRequestError as error:
            if not any(one.code == NOT_EXPRESSIBLE for one in error.errors):
                raise
            if len(tasks) == 1:
                return [None]
            half = len(tasks) // 2
            first = await self.documents(tasks[:half])
            return [*first, *await self.documents(tasks[half:])]
        return [*found.documents]

    async def database(self, ref: DatabaseRef) -> WrittenDatabase | None:
        """Return a generated database whole; None for tau2-bench's own, or one too large."""
        if ref.source != "seed" or ref.num_customers > MAX_EXPORTED_CUSTOMERS:
            return None
        found = await self.client.tau2_database(ref)
        return WrittenDatabase(agent=found.agent, user=found.user)

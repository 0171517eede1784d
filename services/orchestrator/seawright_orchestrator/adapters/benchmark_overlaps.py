"""How tasks overlap tau2-bench's: the environment compares them."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.contracts.exchange import ContaminationRequest, TaskExportRequest
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentOverlaps:
    """Tasks are compared as tau2-bench's documents."""

    client: ExchangeClient

    async def report(self, domain: str, tasks: Sequence[Task]) -> ContaminationReport:
        """Return the report, or raise `NotFoundError` where there is no benchmark data."""
        # Not every start state can be said in tau2-bench's form; people are named elsewhere, too.
        bare = [task.model_copy(update={"initial_patch": []}) for task in tasks]
        compared = TaskExportRequest(tasks=bare, is_scored=False)
        documents = (await self.client.export_tasks(compared)).documents
        request = ContaminationRequest(domain=domain, documents=documents)
        return (await self.client.contamination(request)).report

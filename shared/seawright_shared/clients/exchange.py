"""The typed client of the environment's routes for other formats."""

from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.exchange import (
    ArealDialogues,
    ArealSnapshots,
    ArealTasks,
    ContaminationRequest,
    ContaminationResponse,
    GradingRequest,
    GradingResponse,
    RunExport,
    RunExportRequest,
    RunImport,
    RunImportRequest,
    TaskExport,
    TaskExportRequest,
    TaskImport,
    TaskImportRequest,
    Tau2Database,
    Tau2Splits,
)
from seawright_shared.records.domains import DatabaseRef

TIMEOUT_SECONDS = 600.0
"""Grading a whole results file, or reading a large folder for the first time, takes a while."""


class ExchangeClient:
    """One method per route. All are pure: repeating a call harms nothing."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def tau2_splits(self, domain: str) -> Tau2Splits:
        """Return task ids by split, or raise `NotFoundError` without tau2-bench's data."""
        return await self._peer.get(f"/v1/domains/{segment(domain)}/tau2-splits", Tau2Splits)

    async def tau2_database(self, ref: DatabaseRef) -> Tau2Database:
        """Return a generated database in tau2-bench's form."""
        params = {"seed": ref.seed, "num_customers": ref.num_customers}
        path = f"/v1/domains/{segment(ref.domain)}/tau2-database"
        return await self._peer.get(path, Tau2Database, params=params)

    async def import_tasks(self, request: TaskImportRequest) -> TaskImport:
        """Return tau2-bench's task documents as tasks."""
        return await self._peer.post(
            "/v1/tau2-task-imports", request, TaskImport, timeout_seconds=TIMEOUT_SECONDS
        )

    async def export_tasks(self, request: TaskExportRequest) -> TaskExport:
        """Return tasks as tau2-bench's task documents."""
        return await self._peer.post(
            "/v1/tau2-task-exports", request, TaskExport, timeout_seconds=TIMEOUT_SECONDS
        )

    async def import_runs(self, request: RunImportRequest) -> RunImport:
        """Return tau2-bench's simulation runs as trajectories."""
        return await self._peer.post(
            "/v1/tau2-run-imports", request, RunImport, timeout_seconds=TIMEOUT_SECONDS
        )

    async def export_runs(self, request: RunExportRequest) -> RunExport:
        """Return trajectories as tau2-bench's simulation runs."""
        return await self._peer.post(
            "/v1/tau2-run-exports", request, RunExport, timeout_seconds=TIMEOUT_SECONDS
        )

    async def grade(self, request: GradingRequest) -> GradingResponse:
        """Grade recorded runs again."""
        return await self._peer.post(
            "/v1/tau2-gradings", request, GradingResponse, timeout_seconds=TIMEOUT_SECONDS
        )

    async def contamination(self, request: ContaminationRequest) -> ContaminationResponse:
        """Compare foreign tasks with a benchmark's splits."""
        return await self._peer.post(
            "/v1/contamination-reports",
            request,
            ContaminationResponse,
            timeout_seconds=TIMEOUT_SECONDS,
        )

    async def areal_snapshots(self) -> ArealSnapshots:
        """Return the database files of the AReaL-tau2 folder."""
        return await self._peer.get("/v1/areal-snapshots", ArealSnapshots)

    async def areal_tasks(self, domain: str, after: str = "0-0", limit: int = 200) -> ArealTasks:
        """Return RL rows of a domain as tasks, those after a place (`next_after`)."""
        params = {"domain": domain, "after": after, "limit": limit}
        return await self._peer.get("/v1/areal-tasks", ArealTasks, params=params)

    async def areal_dialogues(
        self, domain: str, after: str = "0-0", limit: int = 200
    ) -> ArealDialogues:
        """Return SFT rows of a domain as dialogues, those after a place (`next_after`)."""
        params = {"domain": domain, "after": after, "limit": limit}
        return await self._peer.get("/v1/areal-dialogues", ArealDialogues, params=params)

"""Routes of tau2-bench's files: splits, imports, exports, gradings, contamination."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from seawright_environment.core.decontamination import Measure
from seawright_environment.core.tau2_grading import Replay
from seawright_environment.core.tau2_trajectories import Players
from seawright_environment.usecases.export_tau2 import (
    ExportTau2Database,
    ExportTau2Tasks,
    export_tau2_runs,
)
from seawright_environment.usecases.grade_tau2_runs import GradeTau2Runs
from seawright_environment.usecases.import_tau2 import ImportTau2Tasks, import_tau2_runs
from seawright_environment.usecases.list_tau2_tasks import ListTau2Tasks
from seawright_environment.usecases.report_contamination import ReportContamination
from seawright_shared.contracts.exchange import (
    MAX_EXPORTED_CUSTOMERS,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeUseCases:
    """What the routes stand on."""

    tau2_tasks: ListTau2Tasks
    import_tasks: ImportTau2Tasks
    export_tasks: ExportTau2Tasks
    export_database: ExportTau2Database
    grade: GradeTau2Runs
    contamination: ReportContamination


def exchange_routes(use: ExchangeUseCases) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["exchange"])

    @router.get("/domains/{name}/tau2-splits", operation_id="list_tau2_splits")
    async def list_tau2_splits(name: str) -> Tau2Splits:
        """Show tau2-bench's splits as its file has them; 404 where its data is not here."""
        return Tau2Splits(splits=await use.tau2_tasks.splits(name))

    @router.get("/domains/{name}/tau2-database", operation_id="export_tau2_database")
    async def export_database(
        name: str,
        seed: int = 0,
        num_customers: Annotated[int, Query(ge=1, le=MAX_EXPORTED_CUSTOMERS)] = 200,
    ) -> Tau2Database:
        """Write a generated database as tau2-bench's own files hold theirs."""
        ref = DatabaseRef(domain=name, seed=seed, num_customers=num_customers)
        found = await use.export_database(ref)
        return Tau2Database(agent=found.agent, user=found.user)

    @router.post("/tau2-task-imports", operation_id="import_tau2_tasks")
    async def import_tasks(request: TaskImportRequest) -> TaskImport:
        """Read tau2-bench's task documents; each task keeps its document whole."""
        tasks = await use.import_tasks(request.domain, request.documents, request.database)
        return TaskImport(tasks=tasks)

    @router.post("/tau2-task-exports", operation_id="export_tau2_tasks")
    async def export_tasks(request: TaskExportRequest) -> TaskExport:
        """Write tasks as tau2-bench's task documents, which its evaluation scores alike."""
        return TaskExport(
            documents=await use.export_tasks(request.tasks, is_scored=request.is_scored)
        )

    @router.post("/tau2-run-imports", operation_id="import_tau2_runs")
    async def import_runs(request: RunImportRequest) -> RunImport:
        """Read simulation runs of a results file; each trajectory keeps every field."""
        players = Players(agent=request.agent, user=request.user)
        found = await import_tau2_runs(request.simulations, request.task_ids, players)
        return RunImport(trajectories=found)

    @router.post("/tau2-run-exports", operation_id="export_tau2_runs")
    async def export_runs(request: RunExportRequest) -> RunExport:
        """Write trajectories as simulation runs; imported ones come out as they were read."""
        found = await export_tau2_runs(request.trajectories, request.task_ids)
        return RunExport(simulations=found)

    @router.post("/tau2-gradings", operation_id="grade_tau2_runs")
    async def grade(request: GradingRequest) -> GradingResponse:
        """Grade recorded runs again, by their own task definitions or by the current ones."""
        ref = request.database or DatabaseRef(domain=request.domain, source="tau2")
        replay = Replay(is_strict=request.replay == "strict", is_solo=request.is_solo)
        found = await use.grade(ref, request.simulations, request.tasks, replay)
        return GradingResponse(gradings=found)

    @router.post("/contamination-reports", operation_id="report_contamination")
    async def report(request: ContaminationRequest) -> ContaminationResponse:
        """Compare foreign tasks with a benchmark's: the same task, names, calls and words."""
        measure = Measure(ngram=request.ngram, min_share=request.min_share)
        found = await use.contamination(request.domain, request.documents, request.splits, measure)
        return ContaminationResponse(report=found)

    return router

"""Where the environment's parts are joined."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from math import ceil

from fastapi import FastAPI
from starlette.middleware import Middleware

from seawright_environment.adapters.areal_files import ArealFiles
from seawright_environment.adapters.memory_sessions import MemorySessions, SessionLimits
from seawright_environment.adapters.metered_checks import metered, tool_watch
from seawright_environment.adapters.pool_metrics import PoolMetrics
from seawright_environment.adapters.process_pool import ProcessPool
from seawright_environment.adapters.tau2_files import Tau2Files
from seawright_environment.adapters.worker_process import WorkerProcess
from seawright_environment.api.areal import areal_routes
from seawright_environment.api.audits import audit_routes, order_of
from seawright_environment.api.capacity import capacity_routes, fullness_of
from seawright_environment.api.domains import domain_routes
from seawright_environment.api.drafts import draft_routes
from seawright_environment.api.exchange import ExchangeUseCases, exchange_routes
from seawright_environment.api.heavy_slots import HeavySlots
from seawright_environment.api.mcp import mcp_routes
from seawright_environment.api.operations import drafting_operations, episode_operations
from seawright_environment.api.sessions import SessionUseCases, session_routes
from seawright_environment.api.snapshots import snapshot_routes
from seawright_environment.api.task_checks import task_check_routes
from seawright_environment.api.tool_call_path import ToolCallPath
from seawright_environment.api.verifications import verification_routes
from seawright_environment.core.databases import Databases
from seawright_environment.core.drafting import Author
from seawright_environment.domain_wiring import all_domains
from seawright_environment.domains import MENDERS
from seawright_environment.sandbox_wiring import sandbox_house
from seawright_environment.settings import Settings
from seawright_environment.usecases.audit_tasks import AuditTasks
from seawright_environment.usecases.call_tool import CallTool
from seawright_environment.usecases.check_tasks import CheckTasks
from seawright_environment.usecases.describe_domains import DescribeDomains
from seawright_environment.usecases.draft_tasks import DraftTasks
from seawright_environment.usecases.export_tau2 import ExportTau2Database, ExportTau2Tasks
from seawright_environment.usecases.fork_session import ForkSession
from seawright_environment.usecases.grade_tau2_runs import GradeTau2Runs
from seawright_environment.usecases.grant_capability import GrantCapability
from seawright_environment.usecases.import_areal import ImportAreal
from seawright_environment.usecases.import_tau2 import ImportTau2Tasks
from seawright_environment.usecases.list_tau2_tasks import ListTau2Tasks
from seawright_environment.usecases.open_session import OpenSessionFor
from seawright_environment.usecases.report_contamination import ReportContamination
from seawright_environment.usecases.serve_mcp import ServeMcp
from seawright_environment.usecases.verify_batch import VerifyBatch
from seawright_environment.usecases.verify_trajectory import VerifyTrajectory
from seawright_shared.access.gate import OPEN, Access
from seawright_shared.contracts.environment import AuditRequest
from seawright_shared.contracts.environment_sessions import Capacity
from seawright_shared.records.audits import AuditReport
from seawright_shared.records.ids import new_id
from seawright_shared.telemetry.metrics import Meter
from seawright_shared.web.create_app import create_app

WORKER_COMMAND = (
    sys.executable,
    "-c",
    "from seawright_environment.app import worker; worker()",
)
MEBIBYTE = 1 << 20
LARGER_BODIES = {
    "=/v1/env-sessions": 8 * MEBIBYTE,
    "/v1/verifications": 16 * MEBIBYTE,
    "/v1/verification-batches": 32 * MEBIBYTE,
    "/v1/task-checks": 16 * MEBIBYTE,
    "/v1/checkers/selftest": 16 * MEBIBYTE,
    "/v1/audits": 64 * MEBIBYTE,
    "/v1/tau2-": 64 * MEBIBYTE,
    "/v1/contamination-reports": 64 * MEBIBYTE,
}
"""A history, a transcript or a thousand drafts outgrow the usual limit."""


def build(settings: Settings, access: Access = OPEN) -> FastAPI:
    """Assemble the service: in this process, or a front before worker processes."""
    if settings.worker_processes + settings.compute_processes > 1:
        return build_front(settings, access)
    return build_local(settings, access=access)


def build_front(settings: Settings, access: Access = OPEN) -> FastAPI:
    """Assemble the front of a pool; every worker runs `build_local`."""
    num_workers = settings.worker_processes + settings.compute_processes
    told = settings.model_dump_json()
    workers = [
        WorkerProcess(index=index, command=[*WORKER_COMMAND, str(index), told])
        for index in range(num_workers)
    ]
    pool = ProcessPool(workers, num_session_workers=settings.worker_processes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with pool.running():
            yield

    meter = Meter("environment")
    app = create_app(
        "environment",
        [capacity_routes(pool.capacity)],
        lifespan=lifespan,
        meter=meter,
        checks={"workers": pool.check},
        fullness=fullness_of(pool.capacity),
        larger_bodies=LARGER_BODIES,
        checks_json=False,
        gate=access.gate,
    )
    of_workers = PoolMetrics(meter.registry)

    async def ask_workers() -> None:
        of_workers.replace(await pool.metrics())

    meter.refreshers.append(ask_workers)
    app.state.pool = pool
    app.state.operations = []
    # The workers' document, not the front's own.
    own = app.openapi_url
    app.router.routes[:] = [r for r in app.router.routes if getattr(r, "path", "") != own]
    app.mount("/", pool)
    return app


def build_local(settings: Settings, *, worker: int | None = None, access: Access = OPEN) -> FastAPI:
    """Assemble the service in this process. It has no peers and keeps nothing but caches.

    A worker's number stands in the ids of its sessions.
    """
    files = Tau2Files(folder=settings.tau2_data_dir)
    areal = ArealFiles(folder=settings.areal_data_dir)
    domains = all_domains()
    databases = Databases(
        domains.contents,
        broken=domains.broken,
        read_tau2=files.database,
        read_snapshot=areal.snapshot,
        max_databases=settings.max_databases,
    )
    limits = limits_of(settings)
    sessions = MemorySessions(limits, clock=time.monotonic)
    house = sandbox_house(settings)
    slots = HeavySlots(max_running=settings.heavy_threads, max_waiting=settings.max_heavy_waiting)

    meter = Meter("environment")
    use = session_use_cases(databases, sessions, worker, meter)

    async def reap() -> None:
        while True:
            await asyncio.sleep(settings.reap_interval_seconds)
            sessions.reap()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as group:
            reaper = group.create_task(reap())
            yield
            reaper.cancel()
        await asyncio.to_thread(house.close)

    meter.gauge("open_sessions", "Sessions that are open here.").set_function(lambda: len(sessions))
    described = DescribeDomains.of(domains.contents, domains.broken)
    verify = VerifyTrajectory(databases=databases, sandboxes=metered(house.sandboxes, meter))
    verify_batch = VerifyBatch(
        verify=verify, clock=time.monotonic, max_seconds=settings.batch_seconds
    )
    draft_tasks = DraftTasks(databases, domains.authors)
    check_tasks = CheckTasks(databases, domains.authors, MENDERS)
    routers = [
        domain_routes(described, ListTau2Tasks(databases=databases, source=files)),
        session_routes(use),
        snapshot_routes(sessions),
        mcp_routes(
            sessions,
            ServeMcp(domains=described.described, new_id=new_id),
            GrantCapability(sessions=sessions, new_token=secrets.token_urlsafe),
            new_id,
        ),
        capacity_routes(capacity := capacity_of(sessions, limits, slots)),
        slots.around(
            verification_routes(verify, verify_batch),
            draft_routes(draft_tasks),
            task_check_routes(check_tasks),
            house.routes(databases, domains.authors),
            audit_routes(audit_tasks(databases, domains.authors, settings)),
            exchange_routes(exchange(databases, files)),
            areal_routes(ImportAreal(databases=databases, source=areal)),
        ),
    ]
    app = create_app(
        "environment",
        routers,
        lifespan=lifespan,
        fullness=fullness_of(capacity),
        larger_bodies=LARGER_BODIES,
        meter=meter,
        gate=access.gate,
    )
    # Innermost: behind the body limits, request ids and metrics.
    app.user_middleware.append(Middleware(ToolCallPath, call_tool=use.call_tool))
    app.state.operations = [
        *episode_operations(use, verify),
        *drafting_operations(draft_tasks, check_tasks),
    ]
    return app


def session_use_cases(
    databases: Databases, sessions: MemorySessions, worker: int | None, meter: Meter
) -> SessionUseCases:
    """Return what is done with sessions; their ids carry the worker's number."""

    def new_session_id(prefix: str) -> str:
        return new_id(prefix if worker is None else f"{prefix}_w{worker}")

    return SessionUseCases(
        sessions=sessions,
        open_session=OpenSessionFor(databases=databases, sessions=sessions, new_id=new_session_id),
        call_tool=CallTool(sessions, tool_watch(meter)),
        fork_session=ForkSession(sessions=sessions, new_id=new_session_id),
    )


def limits_of(settings: Settings) -> SessionLimits:
    """Return the limits of one worker's sessions."""
    return SessionLimits(
        max_sessions=ceil(settings.max_sessions / settings.worker_processes),
        ttl_seconds=settings.session_ttl_seconds,
        idle_seconds=settings.session_idle_seconds,
    )


def capacity_of(
    sessions: MemorySessions, limits: SessionLimits, slots: HeavySlots
) -> Callable[[], Awaitable[Capacity]]:
    """Return what tells how full this process is."""

    async def capacity() -> Capacity:
        return Capacity(
            num_sessions=len(sessions),
            max_sessions=limits.max_sessions,
            idle_seconds=limits.idle_seconds,
            session_ttl_seconds=limits.ttl_seconds,
            num_heavy=slots.num_requests,
            max_heavy=slots.max_requests,
        )

    return capacity


def exchange(databases: Databases, files: Tau2Files) -> ExchangeUseCases:
    """Return what reads and writes other formats."""
    return ExchangeUseCases(
        tau2_tasks=ListTau2Tasks(databases=databases, source=files),
        import_tasks=ImportTau2Tasks(databases),
        export_tasks=ExportTau2Tasks(databases),
        export_database=ExportTau2Database(databases),
        grade=GradeTau2Runs(databases=databases, source=files),
        contamination=ReportContamination(databases=databases, source=files),
    )


def audit_tasks(
    databases: Databases, authors: Mapping[str, Author], settings: Settings
) -> AuditTasks:
    """Return the audit over these databases."""
    return AuditTasks(
        databases=databases,
        authors=authors,
        max_seconds=settings.audit_seconds,
        clock=time.monotonic,
    )


def local_audit(
    settings: Settings,
) -> Callable[[AuditRequest, Callable[[int, int], None]], AuditReport]:
    """Return the audit for a caller in this process, who watches how many tasks are done."""
    files = Tau2Files(folder=settings.tau2_data_dir)
    domains = all_domains()
    databases = Databases(domains.contents, read_tau2=files.database)
    audit = audit_tasks(databases, domains.authors, settings)
    return lambda request, watch: audit(order_of(request), watch)

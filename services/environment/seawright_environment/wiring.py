"""Where the environment's parts are joined."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from seawright_environment.adapters.memory_sessions import MemorySessions
from seawright_environment.adapters.tau2_files import Tau2Files
from seawright_environment.api.audits import audit_routes, order_of
from seawright_environment.api.domains import domain_routes
from seawright_environment.api.drafts import draft_routes
from seawright_environment.api.sessions import SessionUseCases, session_routes
from seawright_environment.api.task_checks import task_check_routes
from seawright_environment.api.verifications import verification_routes
from seawright_environment.core.databases import Databases
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_environment.settings import Settings
from seawright_environment.usecases.audit_tasks import AuditTasks
from seawright_environment.usecases.call_tool import CallTool
from seawright_environment.usecases.check_tasks import CheckTasks
from seawright_environment.usecases.describe_domains import DescribeDomains
from seawright_environment.usecases.draft_tasks import DraftTasks
from seawright_environment.usecases.fork_session import ForkSession
from seawright_environment.usecases.list_tau2_tasks import ListTau2Tasks
from seawright_environment.usecases.open_session import OpenSessionFor
from seawright_environment.usecases.verify_trajectory import VerifyTrajectory
from seawright_shared.contracts.environment import AuditRequest
from seawright_shared.records.audits import AuditReport
from seawright_shared.records.ids import new_id
from seawright_shared.web.create_app import create_app

MEBIBYTE = 1 << 20
LARGER_BODIES = {
    "/v1/env-sessions": 8 * MEBIBYTE,
    "/v1/verifications": 16 * MEBIBYTE,
    "/v1/task-checks": 16 * MEBIBYTE,
    "/v1/audits": 64 * MEBIBYTE,
}
"""A history, a transcript or a thousand drafts outgrow the usual limit."""


def build(settings: Settings) -> FastAPI:
    """Assemble the service. It has no peers and keeps nothing but caches."""
    files = Tau2Files(folder=settings.tau2_data_dir)
    databases = Databases(DOMAINS, read_tau2=files.database, max_databases=settings.max_databases)
    sessions = MemorySessions(
        max_sessions=settings.max_sessions,
        ttl_seconds=settings.session_ttl_seconds,
        clock=time.monotonic,
    )
    use = SessionUseCases(
        sessions=sessions,
        open_session=OpenSessionFor(databases=databases, sessions=sessions, new_id=new_id),
        call_tool=CallTool(sessions),
        fork_session=ForkSession(sessions=sessions, new_id=new_id),
    )

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

    routers = [
        domain_routes(
            DescribeDomains.of(DOMAINS), ListTau2Tasks(databases=databases, source=files)
        ),
        session_routes(use),
        verification_routes(VerifyTrajectory(databases=databases)),
        draft_routes(DraftTasks(databases, AUTHORS)),
        task_check_routes(CheckTasks(databases, AUTHORS)),
        audit_routes(audit_tasks(databases, settings)),
    ]
    return create_app("environment", routers, lifespan=lifespan, larger_bodies=LARGER_BODIES)


def audit_tasks(databases: Databases, settings: Settings) -> AuditTasks:
    """Return the audit over these databases."""
    return AuditTasks(
        databases=databases,
        authors=AUTHORS,
        max_seconds=settings.audit_seconds,
        clock=time.monotonic,
    )


def local_audit(
    settings: Settings,
) -> Callable[[AuditRequest, Callable[[int, int], None]], AuditReport]:
    """Return the audit for a caller in this process, who watches how many tasks are done."""
    files = Tau2Files(folder=settings.tau2_data_dir)
    audit = audit_tasks(Databases(DOMAINS, read_tau2=files.database), settings)
    return lambda request, watch: audit(order_of(request), watch)

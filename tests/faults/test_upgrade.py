"""A rolling upgrade: the next version migrates and takes over, replica by replica, under load."""

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

import seawright_orchestrator
from tests.e2e.embedded_process import free_port
from tests.e2e.service_processes import ServiceProcess, built
from tests.faults.conftest import Measured
from tests.faults.station import spec
from tests.faults.yard import when
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
MOST_RUNS = 15
MOST_TRIES = 10
WITHIN = 300.0
REVISION = '''"""What the next version adds."""

import sqlalchemy as sa
from alembic import op

revision = "{after}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column("shelf", sa.Integer(), nullable=False, server_default="0")
    op.add_column("jobs", column, schema="orchestrator")
    op.create_index("ix_jobs_shelf", "jobs", ["shelf"], schema="orchestrator")


def downgrade() -> None:
    """Undo."""
    op.drop_column("jobs", "shelf", schema="orchestrator")
'''


def next_version(folder: Path) -> str:
    """Make the next version, whose tables have a column more, and return where it is found."""
    package = folder / "seawright_orchestrator"
    assert seawright_orchestrator.__file__ is not None
    shutil.copytree(
        Path(seawright_orchestrator.__file__).parent,
        package,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    versions = package / "migrations" / "versions"
    newest = sum(path.name != "__init__.py" for path in versions.glob("*.py"))
    text = REVISION.format(before=f"{newest:04}", after=f"{newest + 1:04}")
    (versions / "next_shelf.py").write_text(text)
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


@dataclass(slots=True)
class Fleet:
    """The replicas behind one address, and a client that asks again where that is allowed."""

    http: httpx.AsyncClient
    members: list[ServiceProcess]
    turns: "itertools.count[int]" = field(default_factory=itertools.count)
    failures: list[str] = field(default_factory=list[str])
    accepted: list[str] = field(default_factory=list[str])
    num_asked: int = 0
    num_again: int = 0

    async def ask(
        self, method: str, path: str, body: object = None, key: str = ""
    ) -> httpx.Response | None:
        """Ask the replicas in turn until one answers; write down what was no answer."""
        self.num_asked += 1
        headers = {"idempotency-key": key} if key else {}
        why = ""
        for _ in range(MOST_TRIES):
            member = self.members[next(self.turns) % len(self.members)]
            try:
                answer = await self.http.request(
                    method, member.url + path, json=body, headers=headers
                )
            except httpx.TransportError as error:
                why = repr(error)
            else:
                if answer.status_code != 503:
                    if answer.is_error:
                        self.failures.append(f"{method} {path}: {answer.status_code}")
                    return answer
                why = answer.text
            self.num_again += 1
            await asyncio.sleep(0.5)
        self.failures.append(f"{method} {path}: {why}")
        return None

    async def create(self, number: int) -> None:
        """Ask for a small run."""
        body = {**spec(seed=number), "num_iterations": 1, "candidates_per_iteration": 5}
        answer = await self.ask("POST", "/v1/synthesis-runs", body, f"run-{number}")
        if answer is not None and not answer.is_error:
            self.accepted.append(answer.json()["id"])

    async def loaded(self) -> None:
        """Create and read until cancelled."""
        for number in itertools.count():
            if number < MOST_RUNS:
                await self.create(number)
            for run_id in self.accepted[-4:]:
                await self.ask("GET", f"/v1/synthesis-runs/{run_id}")
            await asyncio.sleep(0.2)

    async def more(self, num: int = 10) -> None:
        """Return when so many more requests were made."""
        wanted = self.num_asked + num

        async def were_made() -> bool:
            return self.num_asked >= wanted

        await when(were_made, WITHIN)

    async def leave(self, member: ServiceProcess) -> None:
        """Stop a replica; as in a cluster, requests still come to it for a moment."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(member.stop))
            await asyncio.sleep(0.5)
            self.members.remove(member)

    async def join(self, member: ServiceProcess) -> None:
        """Start a replica, and send requests to it when it is ready."""
        member.launch()
        await member.ready()
        self.members.append(member)


@asynccontextmanager
async def fleet(
    postgres: PostgresServer, redis: RedisServer, folder: Path
) -> AsyncGenerator[tuple[Fleet, Sequence[ServiceProcess]]]:
    """Yield two replicas that serve and work, and two of the next version that do not run yet."""
    name = f"faults_{folder.name}"
    url = await asyncio.to_thread(postgres.create_database, name)
    redis.flush()
    town = built(folder, databases=[url, url], redis_url=redis.url, model=folder)
    peers = [town.services[name] for name in ("environment", "user_simulator")]
    first = town.services["orchestrator"]
    first.settings |= {"NUM_WORKERS": "2", "LEASE_SECONDS": "5", "CREATE_TABLES": "false"}
    path = await asyncio.to_thread(next_version, folder / "next")
    newer = {**first.everyone, "PYTHONPATH": path}
    second, third, fourth = (
        replace(first, port=free_port(), log=folder / f"{name}.log", everyone=everyone)
        for name, everyone in (("second", first.everyone), ("third", newer), ("fourth", newer))
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, postgres.drop_database, name)
        for service in (*peers, first, second, third, fourth):
            stack.push_async_callback(asyncio.to_thread, service.stop)
        await asyncio.to_thread(migrate, first)
        for service in (*peers, first, second):
            service.launch()
        for service in (*peers, first, second):
            await service.ready()
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
        yield Fleet(http, [first, second]), (third, fourth)


def migrate(service: ServiceProcess) -> None:
    """Bring the database to what this replica's version needs, as the chart's hook does."""
    prefix = f"SEAWRIGHT_{service.name.upper()}_"
    done = subprocess.run(
        [sys.executable, "-c", f"from seawright_{service.name}.app import main; main()", "migrate"],
        env={
            **os.environ,
            **service.everyone,
            f"{prefix}DATABASE_URL": service.settings["DATABASE_URL"],
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN,
    )
    assert done.returncode == 0, done.stderr[-2000:]


async def says(service: ServiceProcess, word: str) -> None:
    """Return when the replica says that it is not ready, for this reason."""

    async def does() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.get(f"{service.url}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == 503 and word in answer.text

    await when(does, WITHIN)


@pytest.mark.drills(21)
@pytest.mark.timeout(900)
async def test_a_rolling_upgrade_with_a_migration_fails_no_request_and_loses_no_job(
    postgres_server: PostgresServer, redis_server: RedisServer, tmp_path: Path, measured: Measured
):
    async with fleet(postgres_server, redis_server, tmp_path) as (service, (third, fourth)):
        first, second = service.members
        async with asyncio.TaskGroup() as group:
            load = group.create_task(service.loaded())
            await service.more()
            third.launch()
            await says(third, "seawright-orchestrator migrate")
            await asyncio.to_thread(migrate, third)
            await third.ready()
            service.members.append(third)
            await service.more()
            await service.leave(first)
            await service.join(fourth)
            await service.more()
            await service.leave(second)
            await service.more()
            # The way back: the older version serves on the newer tables.
            await service.join(first)
            await service.leave(fourth)
            await service.more()
            load.cancel()
        runs = [await service.ask("GET", f"/v1/synthesis-runs/{one}") for one in service.accepted]
        assert all(run is not None and run.status_code == 200 for run in runs)

        async def are_over() -> bool:
            path = "/v1/synthesis-runs?limit=100"
            answer = await service.ask("GET", path)
            assert answer is not None
            found = {run["id"]: run["status"] for run in answer.json()["data"]}
            assert set(found) == set(service.accepted)
            assert set(found.values()) <= {"queued", "running", "succeeded"}, found
            return set(found.values()) == {"succeeded"}

        await when(are_over, WITHIN)
        measured(
            f"{service.num_asked} requests, {len(service.failures)} failed ({service.num_again}"
            f" asked again); {len(service.accepted)} runs, all succeeded; the next version waited"
            " for its migration, both served together, and the older one again afterwards"
        )
        assert service.failures == []
        assert len(service.accepted) >= 5

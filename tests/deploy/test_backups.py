"""Backup and restore as docs/operations.md says them, word for word, on real databases."""

import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from sqlalchemy import text

import seawright_orchestrator.migrations.upgrade as orchestrator
import seawright_trainer.migrations.upgrade as trainer
from seawright_orchestrator.adapters.tables.metadata import job_tables
from seawright_shared.jobs import JobContext, JobKit, JobTimes, NewJob
from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.blobs import FolderBlobs
from seawright_shared.stores.sql import Database
from tests.deploy.manifests import ROOT

pytestmark = pytest.mark.anyio

GUIDE = (ROOT / "docs" / "operations.md").read_text()
TIMES = JobTimes(lease=0.2, beat=5.0, poll=0.1, relay=0.05, sweep=0.1, rebell=0.5)
PROGRAMS = Path(sysconfig.get_path("purelib")) / "pgserver" / "pginstall" / "bin"


def commands(heading: str) -> list[str]:
    """Return the commands of a section, in order."""
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def run(command: str, folder: Path, state: Path, database: str = "") -> None:
    """Run a documented command, its places replaced by this test's."""
    words = shlex.split(command.replace("/var/lib/seawright", str(state)))
    words = [word.replace("$DATABASE", database) for word in words]
    if (PROGRAMS / words[0]).exists():
        words[0] = str(PROGRAMS / words[0])
    if words[0] == "python":
        words[0] = sys.executable
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def filled(url: str, state: Path) -> tuple[str, str]:
    """Put a running job and a blob in place, and return their ids."""
    database = Database(url, "orchestrator")
    kit = JobKit.open(database, job_tables, None, service="orchestrator", times=TIMES)
    async with database.transaction() as connection:
        job_id = await kit.queue.enqueue(connection, NewJob(kind="work", payload={"n": 7}))
        jobs = job_tables.jobs
        await connection.execute(
            jobs.update().values(
                status="running", fence=1, attempt=1, worker="gone", lease_until=database.now(-60)
            )
        )
    await kit.aclose()
    await database.aclose()
    return job_id, await FolderBlobs(state / "blobs").put(b"tokens")


async def works_again(url: str, job_id: str) -> None:
    """The job that ran when the copy was made is taken up again, and ends."""
    database = Database(url, "orchestrator")
    kit = JobKit.open(database, job_tables, None, service="orchestrator", times=TIMES)
    seen: list[object] = []

    async def work(context: JobContext) -> None:
        seen.append(context.payload["n"])

    assert (await kit.sweeper.sweep()).num_lost == 1
    async with database.transaction() as connection:
        await connection.execute(job_tables.jobs.update().values(run_after=database.now()))
    assert await kit.run_until_idle({"work": work}) == 1
    assert seen == [7]
    async with database.reading() as connection:
        assert (await kit.queue.get(connection, job_id)).status is JobStatus.SUCCEEDED
    await kit.aclose()
    await database.aclose()


async def emptied(url: str) -> None:
    database = Database(url)
    async with database.transaction() as connection:
        for schema in ("orchestrator", "trainer"):
            await connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    await database.aclose()


@pytest.mark.postgres
async def test_postgresql_and_files_come_back_as_the_guide_says(tmp_path: Path, postgres_url: str):
    state, again = tmp_path / "state", tmp_path / "again"
    for folder in (state / "runs", again):
        folder.mkdir(parents=True)
    (state / "runs" / "model").write_text("weights")
    plain = postgres_url.replace("postgresql+asyncpg", "postgresql")
    await orchestrator.upgrade(postgres_url)
    await trainer.upgrade(postgres_url)
    job_id, blob = await filled(postgres_url, state)
    for command in commands("Back up")[:3]:
        run(command, tmp_path, state, plain)
    await emptied(postgres_url)
    for command in commands("Restore"):
        run(command, tmp_path, again, plain)
    assert await FolderBlobs(again / "blobs").get(blob) == b"tokens"
    assert (again / "runs" / "model").read_text() == "weights"
    # Tables are at their revision: there is nothing left to migrate.
    await orchestrator.upgrade(postgres_url)
    await trainer.upgrade(postgres_url)
    await works_again(postgres_url, job_id)


async def test_sqlite_comes_back_from_a_copy_made_while_it_was_open(tmp_path: Path):
    url = f"sqlite+aiosqlite:///{tmp_path}/orchestrator.db"
    await orchestrator.upgrade(url)
    open_all_along = Database(url, "orchestrator")
    job_id, _ = await filled(url, tmp_path)
    async with open_all_along.reading():
        run(commands("Back up")[3], tmp_path, tmp_path)
    await open_all_along.aclose()
    await works_again(f"sqlite+aiosqlite:///{tmp_path}/orchestrator.backup.db", job_id)


def test_the_guide_copies_rows_before_files_and_restores_files_before_rows():
    assert [c.split()[0] for c in commands("Back up")] == ["pg_dump", "tar", "tar", "python"]
    assert [c.split()[0] for c in commands("Restore")] == ["tar", "tar", "pg_restore"]

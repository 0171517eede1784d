"""Joins what the service remembers: stores and the job kit, over one database."""

from dataclasses import dataclass

from seawright_orchestrator.adapters.sql_datasets import SqlDatasets
from seawright_orchestrator.adapters.sql_episodes import EPISODE_JOB, SqlEpisodes
from seawright_orchestrator.adapters.sql_evaluations import TASK_JOB, SqlEvaluations
from seawright_orchestrator.adapters.sql_rollouts import GROUP_JOB, SqlRollouts
from seawright_orchestrator.adapters.sql_runs import SqlRuns
from seawright_orchestrator.adapters.sql_synthesis import ITERATION_JOB, SqlSynthesis
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.adapters.sql_user_quality import REPORT_JOB
from seawright_orchestrator.adapters.tables.metadata import SCHEMA, job_tables
from seawright_orchestrator.migrations.upgrade import COMMAND, FOLDER
from seawright_orchestrator.settings import Settings
from seawright_shared.jobs.admission import Admission, Room
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import rhythm
from seawright_shared.jobs.kit import JobKit
from seawright_shared.stores.blobs import Blobs
from seawright_shared.stores.migrations import RevisionCheck
from seawright_shared.stores.object_blobs import blobs_at
from seawright_shared.stores.sql import Database
from seawright_shared.web.idempotency import Idempotency


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What the service remembers."""

    database: Database
    kit: JobKit
    runs: SqlRuns
    tasks: SqlTasks
    episodes: SqlEpisodes
    synthesis: SqlSynthesis
    evaluations: SqlEvaluations
    rollouts: SqlRollouts
    datasets: SqlDatasets
    blobs: Blobs
    idempotency: Idempotency
    revision: RevisionCheck
    admission: Admission


def remember(settings: Settings) -> Stores:
    """Return the stores and the job kit, over one database."""
    database = Database(settings.database_url, SCHEMA)
    events = EventLog(database, job_tables)
    kit = JobKit.open(
        database,
        job_tables,
        settings.redis_url,
        service="orchestrator",
        times=rhythm(settings.lease_seconds),
        events=events,
    )
    room = Room(num_jobs=settings.max_waiting_jobs, num_bytes=settings.max_waiting_bytes)
    admission = Admission(kit.queue, room)
    admit = admission.require
    runs = SqlRuns(database, kit.queue, events)
    tasks = SqlTasks(database)
    episodes = SqlEpisodes(database, kit.queue, admit)
    rollouts = SqlRollouts(database, kit.queue, events, episodes)
    owners = {
        ITERATION_JOB: runs,
        TASK_JOB: runs,
        REPORT_JOB: runs,
        GROUP_JOB: rollouts,
        EPISODE_JOB: episodes,
    }
    for kind, owner in owners.items():
        kit.queue.settled[kind] = owner.settled
        kit.queue.requeued[kind] = owner.requeued
    return Stores(
        database=database,
        kit=kit,
        runs=runs,
        tasks=tasks,
        episodes=episodes,
        synthesis=SqlSynthesis(runs, tasks, episodes),
        evaluations=SqlEvaluations(runs, episodes),
        rollouts=rollouts,
        datasets=SqlDatasets(database, tasks),
        blobs=blobs_at(settings.blob_dir, settings.blob_url),
        idempotency=Idempotency(database, job_tables.idempotency_keys, admit=admit),
        revision=RevisionCheck(
            database, FOLDER, migrate=COMMAND, is_self_made=settings.create_tables
        ),
        admission=admission,
    )

"""Joins the trainer: adapters behind ports, routes before use cases, resources in a lifespan."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import APIRouter, FastAPI
from pydantic import JsonValue

from seawright_shared.access.gate import OPEN, Access
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.jobs.context import Handler, JobContext
from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import JobTimes, Settled, rhythm
from seawright_shared.jobs.kit import JobKit
from seawright_shared.jobs.watch import watch_jobs
from seawright_shared.records.specs import LoraSpec
from seawright_shared.stores.chat_templates import prefix_fault
from seawright_shared.stores.clock import utc_now
from seawright_shared.stores.migrations import RevisionCheck
from seawright_shared.stores.object_blobs import blobs_at
from seawright_shared.stores.sql import Database
from seawright_shared.telemetry.metrics import Meter
from seawright_shared.web.create_app import create_app
from seawright_shared.web.dead_letters import dead_letter_routes
from seawright_shared.web.idempotency import Idempotency
from seawright_trainer.adapters.blob_batches import BlobBatches
from seawright_trainer.adapters.folder_copies import FolderCopies
from seawright_trainer.adapters.folder_weights import FolderWeights
from seawright_trainer.adapters.http_evaluations import HttpEvaluations
from seawright_trainer.adapters.http_policy import HttpPolicy
from seawright_trainer.adapters.http_rollouts import HttpRollouts
from seawright_trainer.adapters.http_user_reports import HttpUserReports
from seawright_trainer.adapters.job_lease import JobLease
from seawright_trainer.adapters.loopback_server import loopback_door
from seawright_trainer.adapters.prometheus_steps import PrometheusSteps
from seawright_trainer.adapters.sql_evaluations import SqlEvaluations
from seawright_trainer.adapters.sql_groups import SqlGroups
from seawright_trainer.adapters.sql_heartbeats import SqlHeartbeats
from seawright_trainer.adapters.sql_lists import SqlLists
from seawright_trainer.adapters.sql_runs import JOB_KIND, SqlRuns
from seawright_trainer.adapters.sql_steps import SqlSteps
from seawright_trainer.adapters.sql_versions import SqlVersions
from seawright_trainer.adapters.tables import SCHEMA, job_tables, metadata
from seawright_trainer.adapters.tensorboard_events import TensorBoardFiles
from seawright_trainer.api.attempts import AttemptRoutes, attempt_routes
from seawright_trainer.api.training_plans import plan_routes
from seawright_trainer.api.training_runs import RunRoutes, run_routes, version_routes
from seawright_trainer.core.early_stop import Evaluations
from seawright_trainer.core.planning.shapes import ModelShape
from seawright_trainer.core.ports import Launcher, Policy, Rollouts
from seawright_trainer.core.step_screens import StepScreen
from seawright_trainer.core.user_gate import NoReports, UserReports
from seawright_trainer.launcher_wiring import launcher_of
from seawright_trainer.migrations.upgrade import COMMAND, FOLDER
from seawright_trainer.settings import Settings
from seawright_trainer.usecases.answer_work import AnswerWork
from seawright_trainer.usecases.build_batch import BuildBatch
from seawright_trainer.usecases.create_run import CreateRun
from seawright_trainer.usecases.evaluate_step import EvaluateStep
from seawright_trainer.usecases.gather_groups import GatherGroups
from seawright_trainer.usecases.plan_run import PlanRun
from seawright_trainer.usecases.promote_checkpoint import (
    ExportCheckpoint,
    KeptCheckpoints,
    PromoteCheckpoint,
)
from seawright_trainer.usecases.publish_version import PublishVersion, ServeStart
from seawright_trainer.usecases.render_dataset import RenderDataset
from seawright_trainer.usecases.report_step import ReportStep
from seawright_trainer.usecases.supervise_run import Places, SuperviseRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What lies beyond this service; tests pass their own."""

    policy: Policy
    rollouts: Rollouts
    launcher: Launcher
    evaluations: Evaluations
    reports: UserReports = field(default_factory=NoReports)
    times: JobTimes | None = None


def build(
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    outside: Outside | None = None,
    access: Access = OPEN,
) -> FastAPI:
    """Assemble the service; `transport` replaces the network to its peers."""
    peers: list[Peer] = []
    if outside is None:
        peers = [
            Peer(url, transport=transport, credentials=access.credentials)
            for url in (settings.policy_url, settings.orchestrator_url)
        ]
        outside = Outside(
            policy=HttpPolicy(PolicyClient(peers[0])),
            rollouts=HttpRollouts(OrchestratorClient(peers[1])),
            evaluations=HttpEvaluations(OrchestratorClient(peers[1])),
            reports=HttpUserReports(OrchestratorClient(peers[1])),
            launcher=launcher_of(settings),
        )
    return _Trainer(settings, outside, peers, access).app


def _shape_of(config: Mapping[str, JsonValue], dtype: str, lora: LoraSpec | None) -> ModelShape:
    # Here, not above: only plans need torch in this process.
    import torch

    from seawright_trainer.adapters.meta_models import shape_of

    return shape_of(config, torch.bfloat16 if dtype == "bfloat16" else torch.float32, lora)


PLAN_RUN = PlanRun(_shape_of, prefix_fault)
"""Plans need no database, no peer and no GPU."""


class _Trainer:
    """The parts of one service instance; nothing is opened before the lifespan."""

    def __init__(
        self, settings: Settings, outside: Outside, peers: list[Peer], access: Access
    ) -> None:
        self.settings = settings
        self.outside = outside
        self.peers = peers
        self.database = Database(settings.database_url, SCHEMA)
        self.events = EventLog(self.database, job_tables)
        settled: dict[str, Settled] = {}
        self.kit = JobKit.open(
            self.database,
            job_tables,
            settings.redis_url,
            service="trainer",
            times=outside.times or rhythm(settings.lease_seconds),
            settled=settled,
            events=self.events,
        )
        self.meter = Meter("trainer")
        watch_jobs(self.kit.queue, self.meter)
        self.runs = SqlRuns(self.database, self.kit.queue, self.events)
        self.kit.queue.settled[JOB_KIND] = self.runs.settled
        self.kit.queue.requeued[JOB_KIND] = self.runs.requeued
        self.idempotency = Idempotency(self.database, job_tables.idempotency_keys)
        self.steps = SqlSteps(
            self.database, self.events, keep_checkpoints=settings.keep_checkpoints
        )
        self.versions = SqlVersions(self.database, self.events)
        self.groups = SqlGroups(self.database)
        self.heartbeats = SqlHeartbeats(self.database)
        self.batches = BlobBatches(blobs_at(settings.blob_dir, settings.blob_url))
        self.weights = FolderWeights()
        self.publish = PublishVersion(policy=outside.policy, versions=self.versions)
        self.serve_start = ServeStart(
            policy=outside.policy,
            versions=self.versions,
            weights=self.weights,
            publish=self.publish,
        )
        self.app = create_app(
            "trainer",
            [
                self._attempt_router(),
                self._run_router(),
                version_routes(SqlLists(self.database)),
                plan_routes(PLAN_RUN),
                dead_letter_routes(DeadLetters(self.kit.queue)),
            ],
            lifespan=self._lives,
            checks={
                "database": self.database.ping,
                "schema": RevisionCheck(
                    self.database, FOLDER, migrate=COMMAND, is_self_made=settings.create_tables
                ),
            },
            meter=self.meter,
            gate=access.gate,
        )

    def _screens(self) -> list[StepScreen]:
        screens: list[StepScreen] = [PrometheusSteps(self.meter)]
        if self.settings.tensorboard:
            screens.append(TensorBoardFiles(self.settings.runs_dir, utc_now))
        return screens

    def _attempt_router(self) -> APIRouter:
        build_batch = BuildBatch(groups=self.groups, batches=self.batches, weights=self.weights)
        return attempt_routes(
            AttemptRoutes(
                answer=AnswerWork(
                    runs=self.runs,
                    steps=self.steps,
                    build=build_batch,
                    serve_start=self.serve_start,
                    evaluate=EvaluateStep(
                        evaluations=self.outside.evaluations,
                        kept=SqlEvaluations(self.database, self.events),
                        serve=self.serve_start,
                    ),
                ),
                report=ReportStep(steps=self.steps, publish=self.publish, screens=self._screens()),
                heartbeats=self.heartbeats,
                desk=self.runs,
            )
        )

    def _run_router(self) -> APIRouter:
        kept = KeptCheckpoints(steps=self.steps, versions=self.versions, weights=self.weights)
        return run_routes(
            RunRoutes(
                create=CreateRun(
                    weights=self.weights,
                    templates=self.weights,
                    rollouts=self.outside.rollouts,
                    reports=self.outside.reports,
                ),
                promote=PromoteCheckpoint(desk=self.runs, kept=kept, serve=self.serve_start),
                export=ExportCheckpoint(
                    desk=self.runs, kept=kept, copies=FolderCopies(self.settings.runs_dir)
                ),
                insert=self.runs.create,
                desk=self.runs,
                steps=self.steps,
                lists=SqlLists(self.database),
                events=self.events,
                idempotency=self.idempotency,
            )
        )

    @asynccontextmanager
    async def _lives(self, app: FastAPI) -> AsyncGenerator[None]:
        if self.settings.create_tables:
            await self.database.create_tables(metadata)
        try:
            if self.settings.self_url is not None:
                async with self._supervising(self.settings.self_url):
                    yield
            else:
                async with loopback_door(app) as url, self._supervising(url):
                    yield
        finally:
            for peer in self.peers:
                await peer.aclose()
            await self.kit.aclose()
            await self.database.aclose()

    @asynccontextmanager
    async def _supervising(self, control_url: str) -> AsyncGenerator[None]:
        handlers = {JOB_KIND: self._handler(control_url)}
        async with self.kit.serving(
            handlers, concurrency=self.settings.concurrency, chores=[self.idempotency.prune]
        ):
            yield

    def _handler(self, control_url: str) -> Handler:
        supervise = SuperviseRun(
            runs=self.runs,
            steps=self.steps,
            heartbeats=self.heartbeats,
            rollouts=self.outside.rollouts,
            launcher=self.outside.launcher,
            serve_start=self.serve_start,
            render=RenderDataset(
                runs=self.runs,
                rollouts=self.outside.rollouts,
                policy=self.outside.policy,
                batches=self.batches,
                weights=self.weights,
            ),
            gather=GatherGroups(
                runs=self.runs,
                groups=self.groups,
                rollouts=self.outside.rollouts,
                serve=self.serve_start,
            ),
            places=Places(
                runs_dir=self.settings.runs_dir,
                blob_dir=self.settings.blob_dir,
                blob_url=self.settings.blob_url,
                control_url=control_url,
                keep_checkpoints=self.settings.keep_checkpoints,
                heartbeat_deadline_seconds=self.settings.heartbeat_deadline_seconds,
            ),
        )

        async def handle(context: JobContext) -> None:
            lease = JobLease(context, self.events)
            await supervise(lease, str(context.payload["run_id"]))

        return handle

"""Where the orchestrator's parts are joined."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import APIRouter, FastAPI

from seawright_orchestrator.adapters.environment_worlds import EnvironmentJudge, EnvironmentWorlds
from seawright_orchestrator.adapters.job_handlers import JobHandlers
from seawright_orchestrator.adapters.peer_catalogs import DomainCatalog, ModelCatalog
from seawright_orchestrator.adapters.played_agents import EpisodeAgents
from seawright_orchestrator.adapters.simulated_users import SimulatedUsers
from seawright_orchestrator.adapters.sql_datasets import SqlDatasets
from seawright_orchestrator.adapters.sql_episodes import EPISODE_JOB, SqlEpisodes
from seawright_orchestrator.adapters.sql_evaluations import TASK_JOB, SqlEvaluations
from seawright_orchestrator.adapters.sql_rollouts import GROUP_JOB, SqlRollouts
from seawright_orchestrator.adapters.sql_runs import SqlRuns
from seawright_orchestrator.adapters.sql_synthesis import ITERATION_JOB, SqlSynthesis
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.adapters.synthesis_peers import (
    EnvironmentBenchmarks,
    EnvironmentChecker,
    EnvironmentDrafts,
    ScopedPlayer,
)
from seawright_orchestrator.adapters.tables.metadata import SCHEMA, job_tables, metadata
from seawright_orchestrator.adapters.trace_sizes import measure
from seawright_orchestrator.api.episodes import EpisodeRoutes, episode_routes
from seawright_orchestrator.api.evaluation_runs import EvaluationRoutes, evaluation_routes
from seawright_orchestrator.api.reverifications import reverification_routes
from seawright_orchestrator.api.rollout_streams import RolloutRoutes, rollout_routes
from seawright_orchestrator.api.synthesis_runs import SynthesisRoutes, synthesis_routes
from seawright_orchestrator.api.tasks import TaskRoutes, task_routes
from seawright_orchestrator.dataset_wiring import DatasetParts, dataset_routers
from seawright_orchestrator.migrations.upgrade import COMMAND, FOLDER
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.usecases.ask_episode import AskEpisode
from seawright_orchestrator.usecases.check_agent import CheckAgent
from seawright_orchestrator.usecases.draw_sample import DrawSample
from seawright_orchestrator.usecases.follow_groups import FollowGroups
from seawright_orchestrator.usecases.open_rollout_stream import OpenRolloutStream
from seawright_orchestrator.usecases.play_episode import PlayEpisode
from seawright_orchestrator.usecases.start_evaluation import StartEvaluation
from seawright_orchestrator.usecases.start_synthesis import StartSynthesis
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration
from seawright_orchestrator.usecases.synthesis.sample_tasks import SampleTasks
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import rhythm
from seawright_shared.jobs.kit import JobKit
from seawright_shared.records.ids import new_id
from seawright_shared.stores.blobs import FolderBlobs
from seawright_shared.stores.migrations import RevisionCheck
from seawright_shared.stores.sql import Database
from seawright_shared.web.create_app import create_app
from seawright_shared.web.dead_letters import dead_letter_routes
from seawright_shared.web.idempotency import Idempotency

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The three services that compute."""

    environment: EnvironmentClient
    exchange: ExchangeClient
    user_simulator: UserSimulatorClient
    policy: PolicyClient
    all: tuple[Peer, ...]


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
    blobs: FolderBlobs
    idempotency: Idempotency
    revision: RevisionCheck


def build(settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """Assemble the service. `transport` is how peers are reached; None: the network."""
    peers = connect(settings, transport)
    stores = remember(settings)
    domains = DomainCatalog(client=peers.environment)
    play = PlayEpisode(
        agents=EpisodeAgents(policy=peers.policy, domains=domains),
        users=SimulatedUsers(client=peers.user_simulator),
        worlds=EnvironmentWorlds(client=peers.environment),
        blobs=stores.blobs,
        measure=measure,
        slots=asyncio.Semaphore(settings.max_episodes),
    )
    drafts = EnvironmentDrafts(client=peers.environment)
    checker = EnvironmentChecker(client=peers.environment)
    benchmarks = EnvironmentBenchmarks(client=peers.environment)

    def iteration_of(run_id: str) -> RunIteration:
        return RunIteration(
            drafts=drafts,
            checker=checker,
            player=ScopedPlayer(play_episode=play, scope=run_id),
            max_concurrent_episodes=settings.max_episodes,
        )

    handlers = JobHandlers(
        synthesis=stores.synthesis,
        evaluations=stores.evaluations,
        rollouts=stores.rollouts,
        episodes=stores.episodes,
        tasks=stores.tasks,
        datasets=stores.datasets,
        play=play,
        iteration_of=iteration_of,
        benchmarks=benchmarks,
    )
    draw = DrawSample(
        runs=stores.synthesis,
        datasets=stores.datasets,
        sample_tasks=SampleTasks(
            drafts=drafts,
            checker=checker,
            player=ScopedPlayer(play_episode=play, scope="samples"),
            max_concurrent_episodes=settings.max_episodes,
        ),
        benchmarks=benchmarks,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        try:
            if settings.create_tables:
                await stores.database.create_tables(metadata)
            async with stores.kit.serving(
                handlers.by_kind() if settings.num_workers else {},
                concurrency=max(1, settings.num_workers),
                chores=[stores.idempotency.prune],
            ):
                yield
        finally:
            await stores.kit.aclose()
            await stores.database.aclose()
            for peer in peers.all:
                await peer.aclose()

    again = reverification_routes(
        stores.episodes, stores.tasks, EnvironmentJudge(client=peers.environment)
    )
    datasets = dataset_routers(
        DatasetParts(
            runs=stores.synthesis,
            tasks=stores.tasks,
            episodes=stores.episodes,
            datasets=stores.datasets,
            domains=domains,
            blobs=stores.blobs,
            environment=peers.environment,
            exchange=peers.exchange,
            hf_token=settings.hf_token,
        )
    )
    return create_app(
        "orchestrator",
        [*routes(stores, domains, ModelCatalog(client=peers.policy), draw), *datasets, again],
        lifespan=lifespan,
        checks={"database": stores.database.ping, "schema": stores.revision},
        larger_bodies={"/v1/evaluation-runs": 4 * MEBIBYTE, "/v1/tasks": 8 * MEBIBYTE},
    )


def connect(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> Peers:
    """Return the clients of the peers."""
    timeout = settings.peer_timeout_seconds
    environment = Peer(settings.environment_url, transport=transport, timeout_seconds=timeout)
    users = Peer(settings.user_simulator_url, transport=transport, timeout_seconds=timeout)
    policy = Peer(settings.policy_url, transport=transport, timeout_seconds=timeout)
    return Peers(
        environment=EnvironmentClient(environment),
        exchange=ExchangeClient(environment),
        user_simulator=UserSimulatorClient(users),
        policy=PolicyClient(policy, generation_seconds=timeout),
        all=(environment, users, policy),
    )


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
    runs = SqlRuns(database, kit.queue, events)
    tasks = SqlTasks(database)
    episodes = SqlEpisodes(database, kit.queue)
    rollouts = SqlRollouts(database, kit.queue, events, episodes)
    owners = {ITERATION_JOB: runs, TASK_JOB: runs, GROUP_JOB: rollouts, EPISODE_JOB: episodes}
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
        blobs=FolderBlobs(settings.blob_dir),
        idempotency=Idempotency(database, job_tables.idempotency_keys),
        revision=RevisionCheck(
            database, FOLDER, migrate=COMMAND, is_self_made=settings.create_tables
        ),
    )


def routes(
    stores: Stores, domains: DomainCatalog, models: ModelCatalog, draw: DrawSample
) -> list[APIRouter]:
    """Return all routers."""
    idempotency = stores.idempotency
    check_agent = CheckAgent(models=models)
    start_synthesis = StartSynthesis(domains=domains, runs=stores.synthesis, new_id=new_id)
    start_evaluation = StartEvaluation(
        evaluations=stores.evaluations,
        datasets=stores.datasets,
        tasks=stores.tasks,
        check_agent=check_agent,
        new_id=new_id,
    )
    open_stream = OpenRolloutStream(
        rollouts=stores.rollouts,
        datasets=stores.datasets,
        check_agent=check_agent,
        new_id=new_id,
    )
    ask = AskEpisode(tasks=stores.tasks, episodes=stores.episodes, check_agent=check_agent)
    return [
        synthesis_routes(
            SynthesisRoutes(
                start=start_synthesis,
                runs=stores.synthesis,
                verbs=stores.runs,
                events=stores.kit.events,
                idempotency=idempotency,
            )
        ),
        evaluation_routes(
            EvaluationRoutes(
                start=start_evaluation,
                runs=stores.evaluations,
                verbs=stores.runs,
                events=stores.kit.events,
                idempotency=idempotency,
            )
        ),
        rollout_routes(
            RolloutRoutes(
                start=open_stream,
                rollouts=stores.rollouts,
                follow=FollowGroups(rollouts=stores.rollouts),
                events=stores.kit.events,
                idempotency=idempotency,
            )
        ),
        task_routes(TaskRoutes(tasks=stores.tasks, draw=draw)),
        dead_letter_routes(DeadLetters(stores.kit.queue)),
        episode_routes(EpisodeRoutes(ask=ask, episodes=stores.episodes, blobs=stores.blobs)),
    ]

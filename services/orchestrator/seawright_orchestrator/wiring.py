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
from seawright_orchestrator.adapters.synthesis_peers import (
    EnvironmentBenchmarks,
    EnvironmentChecker,
    EnvironmentDrafts,
    ScopedPlayer,
)
from seawright_orchestrator.adapters.tables.metadata import metadata
from seawright_orchestrator.adapters.trace_sizes import measure
from seawright_orchestrator.adapters.traced_players import (
    TracedAgents,
    TracedEpisodes,
    TracedUsers,
    TracedWorlds,
)
from seawright_orchestrator.api.episodes import EpisodeRoutes, episode_routes
from seawright_orchestrator.api.evaluation_runs import EvaluationRoutes, evaluation_routes
from seawright_orchestrator.api.reverifications import reverification_routes
from seawright_orchestrator.api.rollout_streams import RolloutRoutes, rollout_routes
from seawright_orchestrator.api.synthesis_estimates import estimate_routes
from seawright_orchestrator.api.synthesis_runs import SynthesisRoutes, synthesis_routes
from seawright_orchestrator.api.tasks import TaskRoutes, task_routes
from seawright_orchestrator.dataset_wiring import DatasetParts, dataset_routers
from seawright_orchestrator.llm_wiring import LlmAuthor
from seawright_orchestrator.peer_wiring import Peers, connect
from seawright_orchestrator.quality_wiring import QualityParts
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.store_wiring import Stores, remember
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
from seawright_shared.access.gate import OPEN, Access
from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.jobs.watch import watch_jobs
from seawright_shared.records.ids import new_id
from seawright_shared.telemetry.metrics import Meter
from seawright_shared.web.create_app import create_app
from seawright_shared.web.dead_letters import dead_letter_routes

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogs:
    """What is known beside the rows: domains, models that are served, models that may be asked."""

    domains: DomainCatalog
    served: ModelCatalog
    asked: LlmAuthor


def build(
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    model_transport: httpx.AsyncBaseTransport | None = None,
    access: Access = OPEN,
) -> FastAPI:
    """Assemble the service. Transports are how peers and models are reached; None: the network."""
    peers = connect(settings, transport, access)
    stores = remember(settings)
    domains = DomainCatalog(client=peers.environment)
    author = LlmAuthor(
        settings=settings,
        environment=peers.environment,
        domains=domains,
        http=httpx.AsyncClient(transport=model_transport, trust_env=False),
    )

    work = _work(settings, stores, peers, author)
    quality = QualityParts(stores=stores, domains=domains, play=work.handlers.play, draw=work.draw)
    handlers = {**work.handlers.by_kind(), **quality.handlers()}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        try:
            if settings.create_tables:
                await stores.database.create_tables(metadata)
            async with stores.kit.serving(
                handlers if settings.num_workers else {},
                concurrency=max(1, settings.num_workers),
                chores=[stores.idempotency.prune],
            ):
                yield
        finally:
            await stores.kit.aclose()
            await stores.database.aclose()
            await author.http.aclose()
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
    meter = Meter("orchestrator")
    watch_jobs(stores.kit.queue, meter)
    served = ModelCatalog(client=peers.policy)
    catalogs = Catalogs(domains=domains, served=served, asked=author)
    return create_app(
        "orchestrator",
        [*routes(stores, catalogs, work.draw), *datasets, again, quality.router()],
        lifespan=lifespan,
        checks={"database": stores.database.ping, "schema": stores.revision},
        fullness=stores.admission.fullness,
        larger_bodies={"/v1/evaluation-runs": 4 * MEBIBYTE, "/v1/tasks": 8 * MEBIBYTE},
        meter=meter,
        gate=access.gate,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is done in jobs, and the samples that are drawn while somebody waits."""

    handlers: JobHandlers
    draw: DrawSample


def _work(settings: Settings, stores: Stores, peers: Peers, author: LlmAuthor) -> Work:
    play = TracedEpisodes(
        play=PlayEpisode(
            agents=TracedAgents(agents=EpisodeAgents(policy=peers.policy, domains=author.domains)),
            users=TracedUsers(users=SimulatedUsers(client=peers.user_simulator)),
            worlds=TracedWorlds(worlds=EnvironmentWorlds(client=peers.environment)),
            blobs=stores.blobs,
            measure=measure,
            slots=asyncio.Semaphore(settings.max_episodes),
        )
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
        authored=author.authored,
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
    return Work(handlers=handlers, draw=draw)


def routes(stores: Stores, models: Catalogs, draw: DrawSample) -> list[APIRouter]:
    """Return all routers but those of datasets."""
    idempotency, domains = stores.idempotency, models.domains
    check_agent = CheckAgent(models=models.served)
    start_synthesis = StartSynthesis(
        domains=domains, runs=stores.synthesis, new_id=new_id, models=models.asked
    )
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
        estimate_routes(models.asked.estimate()),
        dead_letter_routes(DeadLetters(stores.kit.queue)),
        episode_routes(EpisodeRoutes(ask=ask, episodes=stores.episodes, blobs=stores.blobs)),
    ]

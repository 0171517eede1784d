"""Synthesis of the retail domain in one process: real checks, the oracle, no network."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from seawright_environment import wiring as environment
from seawright_environment.settings import Settings as EnvironmentSettings
from seawright_orchestrator.adapters.environment_worlds import EnvironmentWorlds
from seawright_orchestrator.adapters.peer_catalogs import DomainCatalog
from seawright_orchestrator.adapters.played_agents import EpisodeAgents
from seawright_orchestrator.adapters.simulated_users import SimulatedUsers
from seawright_orchestrator.adapters.synthesis_peers import (
    EnvironmentChecker,
    EnvironmentDrafts,
    ScopedPlayer,
)
from seawright_orchestrator.adapters.trace_sizes import measure
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.core.synthesis.statistics import (
    bootstrap_difference,
    coverage_entropy,
)
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.play_episode import PlayEpisode
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration, Surroundings
from seawright_orchestrator.usecases.synthesis.sample_tasks import SampleTasks
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.in_process import ApplicationTransport
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.reports import Interval
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.stores.blobs import FolderBlobs
from seawright_user_simulator import wiring as user_simulator
from seawright_user_simulator.settings import Settings as UserSimulatorSettings

Evolution = Literal["reflect", "none", "random_edits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """The use cases over services in this process."""

    environment: EnvironmentClient
    run_iteration: RunIteration
    sample_tasks: SampleTasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One stream's whole run."""

    evolution: Evolution
    seed: int
    spec: SynthesisSpec
    stream: PlanStream
    tasks: list[list[Task]]
    """Accepted tasks, per iteration."""
    seconds: float

    @property
    def entropies(self) -> list[float]:
        """Bits of goal types x disclosure x reference of the accepted tasks, per iteration."""
        return [coverage_entropy(tasks) for tasks in self.tasks]

    @property
    def yields(self) -> list[float]:
        """Accepted over candidates, per iteration."""
        return [report.yield_share for report in self.stream.reports]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """First against last plan, frozen, on customers never seen."""

    first: TaskSample
    last: TaskSample
    gain: Interval


def in_process(blobs: Path) -> Synthesis:
    """Join the use cases to an environment and a user simulator without a network."""
    env = EnvironmentClient(
        Peer(
            "http://environment",
            transport=ApplicationTransport(environment.build(EnvironmentSettings())),
        )
    )
    users = user_simulator.build(UserSimulatorSettings())
    nobody = Peer("http://policy", transport=httpx.MockTransport(lambda _: httpx.Response(503)))
    play = PlayEpisode(
        agents=EpisodeAgents(policy=PolicyClient(nobody), domains=DomainCatalog(client=env)),
        users=SimulatedUsers(
            client=UserSimulatorClient(Peer("http://users", transport=ApplicationTransport(users)))
        ),
        worlds=EnvironmentWorlds(client=env),
        blobs=FolderBlobs(blobs),
        measure=measure,
        slots=asyncio.Semaphore(8),
    )
    drafts, checker = EnvironmentDrafts(client=env), EnvironmentChecker(client=env)
    player = ScopedPlayer(play_episode=play, scope="bench")
    return Synthesis(
        environment=env,
        run_iteration=RunIteration(drafts=drafts, checker=checker, player=player),
        sample_tasks=SampleTasks(drafts=drafts, checker=checker, player=player),
    )


def spec_of(
    evolution: Evolution, seed: int, *, candidates: int, iterations: int, domain: str = "retail"
) -> SynthesisSpec:
    """Return a run of one stream without rollouts: its yield is what is measured."""
    return SynthesisSpec(
        domain=domain,
        database=DatabaseRef(domain=domain, seed=seed, num_customers=400),
        num_streams=1,
        num_iterations=iterations,
        candidates_per_iteration=candidates,
        seed=seed,
        evolution=evolution,
        rollouts_per_task=0,
    )


async def run_stream(synthesis: Synthesis, spec: SynthesisSpec) -> Curve:
    """Run one stream to its end."""
    began = time.perf_counter()
    domain = await synthesis.environment.domain(spec.domain)
    (stream,) = start_streams(f"bench-{spec.seed}", spec, domain)
    tasks: list[list[Task]] = []
    wishes = RememberedWishes()
    while stream.status == "open":
        made = await synthesis.run_iteration(spec, stream, Surroundings(wishes=wishes))
        stream = made.stream
        wishes.add(made.accepted_keys)
        tasks.append([one.task for one in made.accepted])
    return Curve(
        evolution=spec.evolution,
        seed=spec.seed,
        spec=spec,
        stream=stream,
        tasks=tasks,
        seconds=time.perf_counter() - began,
    )


async def compared(synthesis: Synthesis, curve: Curve, *, num: int) -> Comparison:
    """Sample tasks of held-out customers from the frozen first and last plan."""

    async def sampled(version: Literal["first", "last"]) -> TaskSample:
        request = TaskSampleRequest(
            synthesis_run_id="bench", num=num, seed=curve.seed + 1000, plan_version=version
        )
        return await synthesis.sample_tasks(curve.spec, [curve.stream], request)

    first, last = await sampled("first"), await sampled("last")
    gain = bootstrap_difference(first.accepted, last.accepted, seed=curve.seed)
    return Comparison(first=first, last=last, gain=gain)

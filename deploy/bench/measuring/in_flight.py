"""Many episodes under way at once in one worker process, against an engine that only takes time."""

import asyncio
import resource
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import seawright_environment.settings
import seawright_environment.wiring
import seawright_user_simulator.settings
import seawright_user_simulator.wiring
from measuring.plain_players import player_and_orders
from seawright_orchestrator.adapters.environment_worlds import EnvironmentWorlds
from seawright_orchestrator.adapters.played_agents import EpisodeAgents
from seawright_orchestrator.adapters.simulated_users import SimulatedUsers
from seawright_orchestrator.adapters.trace_sizes import measure
from seawright_orchestrator.core.ports import AgentPlayer, AgentTurn
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played, PlayEpisode
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.in_process import ApplicationTransport
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, UserSpec

STAGES = ("waiting", "policy", "user", "environment", "verification", "storage")


@dataclass(slots=True)
class Latent:
    """An agent whose every turn takes as long as an engine would."""

    player: AgentPlayer
    seconds: float

    async def turn(self, new: Sequence[Message]) -> AgentTurn:
        """Return the turn, late."""
        await asyncio.sleep(self.seconds)
        return await self.player.turn(new)

    def trace(self) -> bytes | None:
        """Return the trace."""
        return self.player.trace()


@dataclass(frozen=True, slots=True)
class LatentAgents:
    """Makes them."""

    agents: EpisodeAgents
    seconds: float

    async def open(self, task: Task, spec: AgentSpec, seed: int) -> AgentPlayer:
        """Return the agent of one episode."""
        return Latent(await self.agents.open(task, spec, seed), self.seconds)


@dataclass(slots=True)
class NoBlobs:
    """Keeps nothing: scripted agents have no tokens."""

    kept: list[bytes] = field(default_factory=list)

    async def put(self, content: bytes) -> str:
        """Keep."""
        self.kept.append(content)
        return "sha256:0"

    async def get(self, reference: str) -> bytes:
        """Never asked."""
        raise NotImplementedError(reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """Episodes that were under way at once, with wall-clock and processor seconds."""

    episodes: list[Played]
    wall: float
    cpu: float


async def played(tasks: Sequence[Task], num: int, latency: float) -> Flight:
    """Play `num` episodes over the tasks in turn, all services in this process."""
    async with AsyncExitStack() as stack:

        async def peer(app: object, url: str) -> Peer:
            await stack.enter_async_context(app.router.lifespan_context(app))  # type: ignore[attr-defined]
            made = Peer(url, transport=ApplicationTransport(app))  # type: ignore[arg-type]
            stack.push_async_callback(made.aclose)
            return made

        environment = EnvironmentClient(
            await peer(
                seawright_environment.wiring.build(seawright_environment.settings.Settings()),
                "http://environment",
            )
        )
        users = UserSimulatorClient(
            await peer(
                seawright_user_simulator.wiring.build(seawright_user_simulator.settings.Settings()),
                "http://users",
            )
        )
        nobody = Peer("http://policy.invalid")
        stack.push_async_callback(nobody.aclose)
        agents = EpisodeAgents(policy=PolicyClient(nobody), domains=environment)
        play = PlayEpisode(
            agents=LatentAgents(agents, latency),
            users=SimulatedUsers(client=users),
            worlds=EnvironmentWorlds(client=environment),
            blobs=NoBlobs(),
            measure=measure,
            slots=asyncio.Semaphore(num),
        )
        orders = [
            EpisodeOrder(
                episode_id=f"ep_{at}",
                task=tasks[at % len(tasks)],
                agent=AgentSpec(kind="scripted"),
                user=UserSpec(),
                seed=at,
            )
            for at in range(num)
        ]
        await play(orders[0])
        return await at_once(play, orders)


async def played_alone(num: int, latency: float) -> Flight:
    """Play episodes whose players cost nothing but the engine's time."""
    play, orders = player_and_orders(num, latency)
    return await at_once(play, orders)


async def at_once(play: PlayEpisode, orders: Sequence[EpisodeOrder]) -> Flight:
    """Play all at the same time."""
    began, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(play(order)) for order in orders]
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Flight(episodes=[task.result() for task in tasks], wall=wall, cpu=cpu)


def figures(flight: Flight, latency: float) -> dict[str, float]:
    """Return what the episodes cost against the longest chain of engine calls."""
    done, wall, cpu = flight.episodes, flight.wall, flight.cpu
    chains = [
        sum(message.role == "assistant" for message in one.trajectory.messages) - 1 for one in done
    ]
    ideal = max(chains) * latency
    usages = [one.trajectory.usage for one in done]
    found = {
        "in_flight": len(done),
        "solved": sum(one.verdict.reward == 1.0 for one in done),
        "engine_calls": sum(chains),
        "longest_chain": max(chains),
        "ideal_seconds": round(ideal, 2),
        "seconds": round(wall, 2),
        "ratio_to_ideal": round(wall / ideal, 2),
        "cpu_seconds": round(cpu, 2),
        "ratio_of_cpu_to_ideal": round(cpu / ideal, 2),
        "peak_memory_mebibytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    for stage in STAGES:
        mean = statistics.mean(getattr(usage.stages, stage) for usage in usages)
        found[f"mean_{stage}_seconds"] = round(mean, 3)
    return found

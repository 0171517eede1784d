"""Yield per iteration of a synthesis stream with reflection, without, and with random edits.

    python deploy/bench/synthesis.py [--seeds 3] [--candidates 100] [--iterations 8]

The environment and the user simulator run in this process; every task check is the real one and
the scripted agent plays every task. The frozen first and last plans are then compared on customers
who were never drawn, at equal shares of goals.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
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
from seawright_orchestrator.core.synthesis.statistics import bootstrap_difference, share
from seawright_orchestrator.usecases.play_episode import PlayEpisode
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration
from seawright_orchestrator.usecases.synthesis.sample_tasks import SampleTasks
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.reports import Interval
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.stores.blobs import FolderBlobs
from seawright_user_simulator import wiring as user_simulator
from seawright_user_simulator.settings import Settings as UserSimulatorSettings

Evolution = Literal["reflect", "none", "random_edits"]
EVOLUTIONS: tuple[Evolution, ...] = ("reflect", "none", "random_edits")


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
    seconds: float

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
            transport=httpx.ASGITransport(environment.build(EnvironmentSettings())),
        )
    )
    users = user_simulator.build(UserSimulatorSettings())
    nobody = Peer("http://policy", transport=httpx.MockTransport(lambda _: httpx.Response(503)))
    play = PlayEpisode(
        agents=EpisodeAgents(policy=PolicyClient(nobody), domains=DomainCatalog(client=env)),
        users=SimulatedUsers(
            client=UserSimulatorClient(Peer("http://users", transport=httpx.ASGITransport(users)))
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


def spec_of(evolution: Evolution, seed: int, *, candidates: int, iterations: int) -> SynthesisSpec:
    """Return a run of one stream without rollouts: its yield is what is measured."""
    return SynthesisSpec(
        domain="retail",
        database=DatabaseRef(domain="retail", seed=seed, num_customers=400),
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
    while stream.status == "open":
        stream = (await synthesis.run_iteration(spec, stream)).stream
    return Curve(
        evolution=spec.evolution,
        seed=spec.seed,
        spec=spec,
        stream=stream,
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


def print_table(curves: Sequence[Curve], comparisons: Sequence[Comparison]) -> None:
    """Print a row per stream: yields, then the frozen comparison."""
    print("evolution    seed  yield per iteration -> held out: first, last, gain [95 %]; sequences")
    for curve, found in zip(curves, comparisons, strict=True):
        yields = " ".join(f"{value:.2f}" for value in curve.yields)
        gain = found.gain
        sequences = [curve.stream.reports[index].num_sequences for index in (0, -1)]
        print(
            f"{curve.evolution:12} {curve.seed:4}  {yields} -> {share(found.first.accepted):.2f}, "
            f"{share(found.last.accepted):.2f}, {gain.value:+.2f} [{gain.low:+.2f}, "
            f"{gain.high:+.2f}]; {sequences[0]} to {sequences[1]} ({curve.seconds:.0f} s)"
        )


def as_json(curve: Curve, found: Comparison) -> dict[str, object]:
    """Return one row as plain values."""
    return {
        "evolution": curve.evolution,
        "seed": curve.seed,
        "yields": [round(value, 4) for value in curve.yields],
        "sequences": [report.num_sequences for report in curve.stream.reports],
        "heldout_first": share(found.first.accepted),
        "heldout_last": share(found.last.accepted),
        "gain": found.gain.model_dump(),
        "seconds": round(curve.seconds, 1),
    }


async def measure_all(given: argparse.Namespace, blobs: Path) -> None:
    """Run every mode on every seed, print the table and the JSON line."""
    synthesis = in_process(blobs)
    curves: list[Curve] = []
    comparisons: list[Comparison] = []
    for evolution in EVOLUTIONS:
        for seed in range(1, given.seeds + 1):
            spec = spec_of(
                evolution, seed, candidates=given.candidates, iterations=given.iterations
            )
            curves.append(await run_stream(synthesis, spec))
            comparisons.append(await compared(synthesis, curves[-1], num=given.tasks))
    print_table(curves, comparisons)
    rows = [as_json(*pair) for pair in zip(curves, comparisons, strict=True)]
    print(json.dumps({"synthesis": rows}))


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--candidates", type=int, default=100)
    parser.add_argument("--iterations", type=int, default=8)
    parser.add_argument("--tasks", type=int, default=60, help="held-out tasks to sample")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure_all(given, Path(folder)))


if __name__ == "__main__":
    main()

"""Episodes per second of the embedded stack, and many of them under way at once.

    python deploy/bench/episodes.py [--trials 8] [--customers 200] [--in-flight 1000]

First the scripted agent and the scripted customer play verified tasks through all services in one
process, on SQLite: what is measured is everything but a model. Then one worker process plays
`--in-flight` of them at once, each turn of the agent taking as long as an engine would; the ideal
is the longest chain of such turns. It is measured twice: the player alone, its users, worlds and
verifier being elsewhere and costing nothing; and with all of them in this same process.
"""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measuring.in_flight import figures, played, played_alone

from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.cli.embedded import embedded
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import EvaluationSpec, SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec

POLL_SECONDS = 0.1


async def synthesized(orchestrator: OrchestratorClient, run_id: str) -> None:
    """Return when a synthesis run has ended."""
    while not (await orchestrator.synthesis_run(run_id)).status.is_final:
        await asyncio.sleep(POLL_SECONDS)


async def evaluated(orchestrator: OrchestratorClient, run_id: str) -> EvaluationRun:
    """Return an evaluation run when it has ended."""
    while not (run := await orchestrator.evaluation_run(run_id)).status.is_final:
        await asyncio.sleep(POLL_SECONDS)
    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The rates, and the tasks that were played."""

    rates: dict[str, float]
    tasks: list[Task]


async def measure(trials: int, customers: int) -> Measured:
    """Synthesize tasks, then play each several times."""
    scripted = AgentSpec(kind="scripted")
    database = DatabaseRef(domain="retail", seed=11, num_customers=customers)
    spec = SynthesisSpec(
        domain="retail", database=database, num_streams=2, num_iterations=5, seed=11
    )
    with tempfile.TemporaryDirectory() as folder:
        async with (
            embedded(Path(folder), "127.0.0.1", 0) as running,
            connected(addresses_below(running.url)) as at,
        ):
            began = time.perf_counter()
            run = await at.orchestrator.start_synthesis(spec)
            await synthesized(at.orchestrator, run.id)
            synthesis_seconds = time.perf_counter() - began
            tasks = (await at.orchestrator.tasks(run_id=run.id, limit=100)).data
            evaluation = EvaluationSpec(
                name="bench",
                task_ids=[task.id for task in tasks],
                agent=scripted,
                num_trials=trials,
            )
            began, cpu = time.perf_counter(), time.process_time()
            asked = await at.orchestrator.start_evaluation(evaluation)
            done = await evaluated(at.orchestrator, asked.id)
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    num = done.num_episodes_done
    rates = {
        "episodes": num,
        "episodes_per_second": round(num / seconds, 1),
        "cpu_milliseconds_per_episode": round(1000 * cpu / num, 1),
        "candidates_per_second": round(
            2 * 5 * spec.candidates_per_iteration / synthesis_seconds, 1
        ),
    }
    return Measured(rates=rates, tasks=tasks)


async def measure_all(given: argparse.Namespace) -> dict[str, float]:
    """Return the rates, and what many episodes at once cost."""
    measured = await measure(given.trials, given.customers)
    number = given.in_flight
    alone = figures(await played_alone(number, given.latency), given.latency)
    whole = figures(await played(measured.tasks, number, given.latency), given.latency)
    return {
        **measured.rates,
        **{f"alone_{name}": value for name, value in alone.items()},
        **{f"with_services_{name}": value for name, value in whole.items()},
    }


def main() -> None:
    """Measure, and print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--in-flight", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds of an engine call")
    found = asyncio.run(measure_all(parser.parse_args()))
    for name, value in found.items():
        print(f"{name:40} {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""Episodes per second of the embedded stack, without a model.

    python deploy/bench/episodes.py [--trials 8] [--customers 200]

The scripted agent and the scripted customer play verified tasks through all services in one
process, on SQLite: what is measured is everything but a model.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.cli.embedded import embedded
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import EvaluationSpec, SynthesisSpec
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


async def measure(trials: int, customers: int) -> dict[str, float]:
    """Synthesize tasks, then play each several times; return the rates."""
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
    return {
        "episodes": num,
        "episodes_per_second": round(num / seconds, 1),
        "cpu_milliseconds_per_episode": round(1000 * cpu / num, 1),
        "candidates_per_second": round(
            2 * 5 * spec.candidates_per_iteration / synthesis_seconds, 1
        ),
    }


def main() -> None:
    """Measure, and print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--customers", type=int, default=200)
    given = parser.parse_args()
    found = asyncio.run(measure(given.trials, given.customers))
    for name, value in found.items():
        print(f"{name:30} {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

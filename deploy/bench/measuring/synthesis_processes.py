"""Synthesis by several orchestrator processes over one PostgreSQL, each with its own environment.

    python deploy/bench/synthesis.py --processes 2 [--domain retail] [--streams 16]
        [--candidates 100] [--iterations 8] [--rollouts 1] [--seed-numbers 1]

The parent creates the run and works on nothing; the workers take the streams' iterations from the
job queue, and environment and simulated user are function calls in each. Told as JSON: accepted
tasks a second of wall time, and CPU milliseconds of workers and database an accepted task, all
from the moment that every worker is ready. The hash is of all tasks, whatever their order: any
number of processes gives the same.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from seawright_console.adapters.asgi_prefixes import Prefixes
from seawright_console.usecases.read_pages import read_all
from seawright_environment import wiring as environment
from seawright_environment.settings import Settings as EnvironmentSettings
from seawright_orchestrator import wiring as orchestrator
from seawright_orchestrator.settings import Settings
from seawright_shared.clients.in_process import ApplicationTransport
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.records.base import content_hash
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import SynthesisSpec
from seawright_user_simulator import wiring as user_simulator
from seawright_user_simulator.settings import Settings as UserSettings
from tests.support.servers import PostgresServer, RedisServer

POLL_SECONDS = 0.5
READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where all processes of one measurement keep their rows and blobs."""

    database_url: str
    redis_url: str
    blobs: Path

    def settings(self, num_workers: int) -> Settings:
        """Return the settings of one process."""
        return Settings(
            database_url=self.database_url,
            redis_url=self.redis_url,
            blob_dir=self.blobs,
            environment_url="http://peers/environment",
            user_simulator_url="http://peers/users",
            policy_url="http://peers/policy",
            num_workers=num_workers,
        )


@asynccontextmanager
async def house(place: Place, *, num_workers: int) -> AsyncGenerator[OrchestratorClient]:
    """Yield the client of an orchestrator of this process with its peers."""
    peers = {
        "environment": environment.build(EnvironmentSettings()),
        "users": user_simulator.build(UserSettings()),
    }
    transport = ApplicationTransport(
        Prefixes(peers), {name: app.state.operations for name, app in peers.items()}
    )
    app = orchestrator.build(place.settings(num_workers), transport=transport)
    async with AsyncExitStack() as stack:
        for one in (*peers.values(), app):
            await stack.enter_async_context(one.router.lifespan_context(one))
        peer = Peer("http://orchestrator", transport=ApplicationTransport(app))
        stack.push_async_callback(peer.aclose)
        yield OrchestratorClient(peer)


async def work(place: Place, num_workers: int) -> None:
    """Work on jobs until this process is asked to end."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    async with house(place, num_workers=num_workers):
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        await asked.wait()


@contextmanager
def workers(place: Place, num_processes: int, num_workers: int) -> Generator[list[int]]:
    """Yield the process ids of workers that are ready."""
    command = [sys.executable, str(Path(__file__)), place.database_url, place.redis_url]
    command += [str(place.blobs), str(num_workers)]
    started: list[subprocess.Popen[str]] = []
    try:
        while len(started) < num_processes:
            started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline().strip() == READY, "a worker did not start"
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.communicate(timeout=60)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor time of processes and of all their children, ended ones included."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(one) for one in fields[11:15])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        total += round(cpu_seconds([int(one) for one in children]) * os.sysconf("SC_CLK_TCK"))
    return total / os.sysconf("SC_CLK_TCK")


async def make(
    client: OrchestratorClient, spec: SynthesisSpec, pids: Sequence[int], database: int
) -> dict[str, object]:
    """Run the spec on the ready workers and return the figures."""
    before = cpu_seconds(pids), cpu_seconds([database])
    began = time.perf_counter()
    run = await client.start_synthesis(spec, idempotency_key="bench")
    while not (run := await client.synthesis_run(run.id)).status.is_final:
        await asyncio.sleep(POLL_SECONDS)
    assert run.status is JobStatus.SUCCEEDED, run.status_reason
    seconds = time.perf_counter() - began
    spent, served = cpu_seconds(pids) - before[0], cpu_seconds([database]) - before[1]
    tasks = await read_all(lambda cursor: client.tasks(run_id=run.id, cursor=cursor, limit=100))
    streams = await client.streams(run.id)
    num_candidates = sum(one.num_candidates for each in streams for one in each.iterations)
    hashes = {
        one.id: content_hash(one.model_dump(mode="json", exclude={"selftest"})) for one in tasks
    }
    return {
        "accepted": len(tasks),
        "candidates": num_candidates,
        "seconds": round(seconds, 1),
        "accepted_per_second": round(len(tasks) / seconds, 2),
        "candidates_per_second": round(num_candidates / seconds, 1),
        "worker_cpu_seconds": round(spent, 1),
        "database_cpu_seconds": round(served, 1),
        "cpu_milliseconds_per_accepted": round(1000 * (spent + served) / len(tasks), 1),
        "accepted_per_cpu_second": round(len(tasks) / (spent + served), 2),
        "processors_had": round((spent + served) / seconds, 2),
        "content": content_hash(dict(sorted(hashes.items()))),
    }


def spec_of(given: argparse.Namespace) -> SynthesisSpec:
    """Return the run of the options."""
    seed = (given.seed_numbers or [1])[0]
    return SynthesisSpec(
        domain=given.domain,
        database=DatabaseRef(domain=given.domain, seed=seed, num_customers=400),
        num_streams=given.streams,
        num_iterations=given.iterations,
        candidates_per_iteration=given.candidates,
        contrast_rate=given.contrast_rate,
        seed=seed,
        rollouts_per_task=given.rollouts,
    )


def measure(given: argparse.Namespace) -> dict[str, object]:
    """Start the servers, the workers and the run; return the figures."""
    num_workers = max(1, -(-given.streams // given.processes))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("postgres", "redis", "blobs"):
            (folder / part).mkdir()
        postgres = PostgresServer(folder=folder / "postgres").start()
        redis = RedisServer(folder=folder / "redis").start()
        try:
            place = Place(
                database_url=postgres.create_database("synthesis"),
                redis_url=redis.url,
                blobs=folder / "blobs",
            )

            async def run() -> dict[str, object]:
                async with house(place, num_workers=0) as client:
                    with workers(place, given.processes, num_workers) as pids:
                        return await make(client, spec_of(given), pids, postgres.pid)

            return {"processes": given.processes, **asyncio.run(run())}
        finally:
            redis.stop()
            postgres.stop()


def main() -> None:
    """Be one worker."""
    database_url, redis_url, blobs, num_workers = sys.argv[1:]
    place = Place(database_url=database_url, redis_url=redis_url, blobs=Path(blobs))
    asyncio.run(work(place, int(num_workers)))


if __name__ == "__main__":
    main()

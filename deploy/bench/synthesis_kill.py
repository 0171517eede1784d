"""A large synthesis run in three domains, killed twice on the way, against one that was not.

    python deploy/bench/synthesis_kill.py [--accepted 10000] [--domains airline,retail,telecom]
        [--streams 22] [--candidates 40] [--folder FOLDER] [--together]

Each run is the embedded stack in a process of its own. One is killed (SIGKILL) at two random
moments and started again on the same folder. Both must end with the same tasks, the same rejects
for the same reasons, and the same plans: what they hold is hashed and compared, whatever its
order. Also measured: accepted tasks and candidates per second, and the process's resident memory
as the accepted tasks grow. Exits with 1 on a difference, or where nothing was killed. With
`--folder` all that was made is kept there, and the same command goes on where it was ended.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pydantic import JsonValue

from seawright_console.usecases.read_pages import read_all
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.errors import UnavailableError
from seawright_shared.records.base import Record, content_hash
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from tests.e2e.embedded_process import EmbeddedProcess, free_port, is_ready, until

POLL_SECONDS = 1.0
START_SECONDS = 600.0
NUM_KILLS = 2
PAGE = 100
MEBIBYTE = 1 << 20
NAMES = {
    "id",
    "stream_id",
    "parent",
    "plan_from",
    "plan_to",
    "evaluation_from",
    "evaluation_to",
}
RULE_NAMES = {"born_in", "died_in"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What both runs are to make."""

    domains: Sequence[str]
    num_accepted: int
    num_streams: int
    candidates: int
    num_customers: int
    seed: int

    def spec(self, domain: str) -> SynthesisSpec:
        """Return one domain's run: its even share of the accepted tasks."""
        return SynthesisSpec(
            domain=domain,
            database=DatabaseRef(domain=domain, seed=self.seed, num_customers=self.num_customers),
            num_streams=self.num_streams,
            num_iterations=64,
            candidates_per_iteration=self.candidates,
            num_accepted=-(-self.num_accepted // len(self.domains)),
            seed=self.seed,
        )


@dataclass(slots=True, kw_only=True)
class Made:
    """What one process, or its successors, made."""

    hashes: dict[str, str] = field(default_factory=dict[str, str])
    """Content hash of every accepted task, by id."""
    rejects: Counter[str] = field(default_factory=Counter[str])
    """By domain, stream, iteration, draft and all that its verdict says."""
    plans: dict[str, str] = field(default_factory=dict[str, str])
    """Content hash of every version of both plans and of every reflection, by place."""
    yields: list[tuple[str, int, int, int, int]] = field(
        default_factory=list[tuple[str, int, int, int, int]]
    )
    """Domain, stream, iteration, candidates, accepted."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of the processes, all threads: what does not depend on who else uses the machine."""
    num_kills: int = 0
    num_resumed: int = 0
    """Times that this measurement itself was ended and went on."""
    resident: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    """Accepted tasks so far, and MiB resident."""

    def keep(self, at: Path, *, seconds: float, cpu: float) -> None:
        """Write what a later process cannot measure again, up to this moment."""
        kept = {
            "seconds": seconds,
            "cpu_seconds": self.cpu_seconds + cpu,
            "num_kills": self.num_kills,
            "num_resumed": self.num_resumed,
            "resident": self.resident,
        }
        new = at.with_suffix(".new")
        new.write_text(json.dumps(kept))
        new.replace(at)

    @classmethod
    def kept(cls, at: Path) -> "Made":
        """Return what an earlier process wrote, or nothing made yet."""
        if not at.exists():
            return cls()
        kept = json.loads(at.read_text())
        kept["resident"] = [(num, mib) for num, mib in kept["resident"]]
        return cls(**{**kept, "num_resumed": kept["num_resumed"] + 1})

    def growth(self) -> dict[str, float]:
        """Return MiB resident around the first tenth of the accepted tasks and at the end."""
        if not self.resident:
            return {}
        end = max(num for num, _ in self.resident)
        tenth = [mib for num, mib in self.resident if 0.05 * end <= num <= 0.15 * end]
        last = [mib for num, mib in self.resident if num >= 0.9 * end]
        return {
            "mib_at_a_tenth": round(max(tenth, default=0.0), 1),
            "mib_at_the_end": round(max(last, default=0.0), 1),
        }


async def make(order: Order, folder: Path, *, kills: Sequence[float]) -> Made:
    """Run the order; kill the process when each share of the accepted tasks is there."""
    at = folder / "measured.json"
    made, process = Made.kept(at), EmbeddedProcess(folder=folder / "stack", port=free_port())
    began = time.perf_counter() - made.seconds
    try:
        await start(process)
        async with reached(process) as orchestrator:
            runs = [
                await orchestrator.start_synthesis(order.spec(domain), idempotency_key=domain)
                for domain in order.domains
            ]
            left = list(kills)[made.num_kills :]
            while not await ended(orchestrator, runs):
                num = await num_tasks(orchestrator, runs)
                made.resident.append((num, resident_mebibytes(process)))
                if left and num >= left[0] * order.num_accepted:
                    left.pop(0)
                    made.cpu_seconds += cpu_seconds(process)
                    process.kill()
                    made.num_kills += 1
                    await start(process)
                seconds = time.perf_counter() - began
                made.keep(at, seconds=seconds, cpu=cpu_seconds(process))
                await asyncio.sleep(POLL_SECONDS)
            made.seconds = time.perf_counter() - began
            made.cpu_seconds += cpu_seconds(process)
            for domain, run in zip(order.domains, runs, strict=True):
                await collect(orchestrator, domain, run.id, made)
    finally:
        process.stop()
    return made


async def start(process: EmbeddedProcess) -> None:
    """Start the process and wait until it is ready, on a machine with much else to do, too."""
    process.launch()
    async with process.deployment() as at:
        await until(lambda: is_ready(at, process.process), START_SECONDS)


@asynccontextmanager
async def reached(process: EmbeddedProcess) -> AsyncGenerator[OrchestratorClient]:
    """Connect to the process, whichever it is at the moment."""
    async with process.deployment() as at:
        yield at.orchestrator


async def ended(orchestrator: OrchestratorClient, runs: Sequence[SynthesisRun]) -> bool:
    """Return whether all runs have succeeded; one that failed is an error."""
    found = [await orchestrator.synthesis_run(run.id) for run in runs]
    for run in found:
        assert not run.status.is_final or run.status is JobStatus.SUCCEEDED, run.status_reason
    return all(run.status.is_final for run in found)


async def num_tasks(orchestrator: OrchestratorClient, runs: Sequence[SynthesisRun]) -> int:
    """Return how many tasks the runs have accepted so far."""
    return sum([(await orchestrator.synthesis_run(run.id)).num_tasks for run in runs])


async def collect(orchestrator: OrchestratorClient, domain: str, run_id: str, made: Made) -> None:
    """Read everything that a run accepted, and what each of its iterations yielded."""
    tasks = await read_all(
        lambda cursor: orchestrator.tasks(run_id=run_id, cursor=cursor, limit=PAGE)
    )
    made.hashes.update({task.id: task_hash(task) for task in tasks})
    streams = {stream.id: stream for stream in await orchestrator.streams(run_id)}
    for stream in streams.values():
        made.yields += [
            (domain, stream.index, it.iteration, it.num_candidates, it.num_accepted)
            for it in stream.iterations
        ]
        for kind in ("plans", "evaluation_plans", "reflections"):
            versions: Sequence[Record] = getattr(stream, kind)
            for number, version in enumerate(versions):
                made.plans[f"{domain} {stream.index} {kind} {number}"] = bare_hash(version)
    rejects = await read_all(lambda cursor: orchestrator.rejects(run_id, cursor=cursor, limit=PAGE))
    for one in rejects:
        index = streams[one.stream_id].index
        why = one.verdict.model_dump(mode="json", exclude={"milliseconds"})
        made.rejects[content_hash([domain, index, one.iteration, one.draft_id, why])] += 1


def bare_hash(record: Record) -> str:
    """Return the hash of what a version says; what is named after the run is not of it."""
    return content_hash(bare(record.model_dump(mode="json", exclude=NAMES)))


def bare(value: JsonValue) -> JsonValue:
    """Return a value without the reflections that rules were born and died in: they are named so."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if key not in RULE_NAMES}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def task_hash(task: Task) -> str:
    """Return the hash of everything that a task is; how long its self-test took is not."""
    return content_hash(task.model_dump(mode="json", exclude={"selftest"}))


def resident_mebibytes(process: EmbeddedProcess) -> float:
    """Return the resident memory of the process itself."""
    assert process.process is not None
    lines = Path(f"/proc/{process.process.pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) * 1024 / MEBIBYTE


def cpu_seconds(process: EmbeddedProcess) -> float:
    """Return the processor time that the process has used."""
    assert process.process is not None
    fields = Path(f"/proc/{process.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sampled(made: Made) -> list[tuple[int, float]]:
    """Return accepted tasks and MiB resident at some twenty moments."""
    step = max(1, len(made.resident) // 20)
    return [(num, round(mib, 1)) for num, mib in made.resident[::step]]


def figures(made: Made) -> dict[str, float]:
    """Return the rates of one run."""
    num_candidates = sum(one[3] for one in made.yields)
    return {
        "accepted": len(made.hashes),
        "candidates": num_candidates,
        "seconds": round(made.seconds, 1),
        "cpu_seconds": round(made.cpu_seconds, 1),
        "cpu_milliseconds_per_accepted": round(1000 * made.cpu_seconds / len(made.hashes), 1),
        "kills": made.num_kills,
        "resumed": made.num_resumed,
        "accepted_per_second": round(len(made.hashes) / made.seconds, 1),
        "candidates_per_second": round(num_candidates / made.seconds, 1),
        **made.growth(),
    }


async def both(
    order: Order, folder: Path, moments: Sequence[float], *, is_together: bool
) -> tuple[Made, Made]:
    """Make the order undisturbed and disturbed, one after the other or side by side."""
    async with asyncio.TaskGroup() as group:
        plain = group.create_task(make(order, folder / "plain", kills=()))
        if not is_together:
            await asyncio.wait([plain])
        killed = group.create_task(make(order, folder / "killed", kills=moments))
    return plain.result(), killed.result()


async def compare(order: Order, folder: Path, *, is_together: bool) -> dict[str, object]:
    """Make the order undisturbed and disturbed; return the figures and what differs."""
    rng = random.Random(order.seed)  # noqa: S311 - reproducible moments, not a secret
    moments = sorted(rng.uniform(0.1, 0.9) for _ in range(NUM_KILLS))
    plain, killed = await both(order, folder, moments, is_together=is_together)
    differing = plain.hashes.items() ^ killed.hashes.items()
    return {
        "undisturbed": figures(plain),
        "killed": figures(killed),
        "num_kills": killed.num_kills,
        "resident_mib": {"undisturbed": sampled(plain), "killed": sampled(killed)},
        "kill_moments": [round(moment, 2) for moment in moments],
        "content": content_hash(dict(sorted(plain.hashes.items()))),
        "num_rejects": plain.rejects.total(),
        "num_plan_versions": len(plain.plans),
        "differing_tasks": len(differing),
        "differing_rejects": (
            (plain.rejects - killed.rejects) + (killed.rejects - plain.rejects)
        ).total(),
        "differing_plans": len(plain.plans.items() ^ killed.plans.items()),
        "differing_iterations": len(set(plain.yields) ^ set(killed.yields)),
    }


def main() -> None:
    """Read the options, run both, and say whether they are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accepted", type=int, default=10_000)
    parser.add_argument("--domains", default="airline,retail,telecom")
    parser.add_argument("--streams", type=int, default=22, help="of each domain")
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="kept, and gone on from")
    parser.add_argument("--together", action="store_true", help="both runs side by side")
    given = parser.parse_args()
    order = Order(
        domains=given.domains.split(","),
        num_accepted=given.accepted,
        num_streams=given.streams,
        candidates=given.candidates,
        num_customers=given.customers,
        seed=given.seed,
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            kept = given.folder or Path(folder)
            for name in ("plain", "killed"):
                (kept / name).mkdir(parents=True, exist_ok=True)
            found = asyncio.run(compare(order, kept, is_together=given.together))
        except UnavailableError as error:
            sys.exit(f"the stack cannot be reached: {error.detail}")
    print(json.dumps(found, indent=2))
    if any(found[name] for name in found if name.startswith("differing")) or not found["num_kills"]:
        sys.exit(1)


if __name__ == "__main__":
    main()

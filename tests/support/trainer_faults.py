"""Kill parts of a training run and hold what comes of it against the run nobody disturbed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.trainer import TrainerClient
from seawright_shared.contracts.trainer import TrainingRun, TrainingStep
from seawright_shared.errors import SeawrightError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import BatchSpec, ModelSpec, OptimizerSpec, TrainingSpec
from seawright_trainer.adapters.dcp_checkpoints import MANIFEST, CheckpointManifest
from tests.support.servers import free_port
from tests.support.tiny_models import write_tiny_model

NUM_STEPS = 24
CHECKPOINT_EVERY = 4
KILLED_AT = 6
"""Between two checkpoints: two steps are lost and done again."""
PATIENCE_SECONDS = 180.0
LOOK_SECONDS = 0.01


@dataclass(slots=True, kw_only=True)
class FaultHouse:
    """A trainer process on a folder, and the means to kill it and what it started."""

    folder: Path
    num_ranks: int = 2
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the service, or start it again."""
        command = [sys.executable, "-m", "tests.support.trainer_process"]
        said = (self.folder / "service.log").open("ab")
        with said:
            self.process = subprocess.Popen(
                [*command, str(self.folder), str(self.port)], stdout=said, stderr=said
            )

    def kill_service(self) -> None:
        """SIGKILL, as the kernel does it where memory ends."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def ranks(self) -> dict[int, int]:
        """Return the pids of living ranks by rank; torchrun itself is -1."""
        found: dict[int, int] = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (path / "cmdline").read_bytes().split(b"\0")
                environment = (path / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if not any(arg.startswith(bytes(self.folder / "runs")) for arg in arguments):
                continue
            if b"torch.distributed.run" in arguments:
                found[-1] = int(path.name)
                continue
            named = [one for one in environment if one.startswith(b"RANK=")]
            found[int(named[0][5:]) if named else 0] = int(path.name)
        return found

    def kill_rank(self, rank: int) -> None:
        """SIGKILL one rank, or with -1 torchrun, which launched them."""
        os.kill(self.ranks()[rank], signal.SIGKILL)

    @asynccontextmanager
    async def client(self) -> AsyncGenerator[TrainerClient]:
        """Reach the service, whichever process it is at the moment."""
        peer = Peer(f"http://127.0.0.1:{self.port}")
        try:
            yield TrainerClient(peer)
        finally:
            await peer.aclose()

    def stop(self) -> None:
        """End the service; its ranks follow it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def spec(self, base: Path) -> TrainingSpec:
        """Return the run that every fault is tried on: SFT, whose batches depend on nothing."""
        return TrainingSpec(
            kind="sft",
            model=ModelSpec(uri=str(base), name="tiny", dtype="float32"),
            dataset_id="ds_toy",
            num_steps=NUM_STEPS,
            num_ranks=self.num_ranks,
            optimizer=OptimizerSpec(learning_rate=1e-2),
            batch=BatchSpec(tasks_per_step=4, group_size=2, max_length=64, token_budget=128),
            checkpoint_every=CHECKPOINT_EVERY,
            max_attempts=5,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How a run ended, and what a fault cost it."""

    run: TrainingRun
    steps: list[TrainingStep]
    weights: str
    """SHA-256 of the exported weights."""
    shards: dict[str, str]
    """Of the last checkpoint's files: weights and both moments, of each rank."""
    num_applied: int
    """Optimizer steps that the last checkpoint counts."""
    num_final_commits: int
    recovered_seconds: float | None
    """From the kill to the first step of the next attempt, or to the run's end where none came."""

    @property
    def num_lost(self) -> int:
        """Return how many recorded steps were rolled back, and so done again."""
        return sum(step.rolled_back for step in self.steps)

    def surviving(self) -> list[int]:
        """Return the steps in the ledger that count, in order."""
        return sorted(step.step for step in self.steps if not step.rolled_back)

    def differences(self, other: "Reached") -> list[str]:
        """Return in what, bit for bit, this run's end differs from another's."""
        pairs = {
            "weights": (self.weights, other.weights),
            "checkpoint": (self.shards, other.shards),
            "steps": (self.surviving(), other.surviving()),
            "optimizer steps": (self.num_applied, other.num_applied),
            "publications": (self.num_final_commits, other.num_final_commits),
        }
        return [name for name, (mine, theirs) in pairs.items() if mine != theirs]


Strike = Callable[[FaultHouse, TrainerClient, str], Awaitable[None]]
"""Waits for its moment and kills."""


async def reach(
    client: TrainerClient, run_id: str, is_there: Callable[[TrainingRun], bool]
) -> TrainingRun:
    """Return the run as soon as it is there; the service may be away meanwhile."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                run = await client.run(run_id)
            except SeawrightError:
                run = None
            if run is not None and is_there(run):
                return run
            await asyncio.sleep(LOOK_SECONDS)


async def until(condition: Callable[[], bool]) -> None:
    """Return as soon as it holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - files and processes tell nobody
            await asyncio.sleep(0.001)


async def rank_dies(house: FaultHouse, client: TrainerClient, run_id: str, *, rank: int) -> None:
    """A rank, or with -1 torchrun, is killed between two checkpoints."""
    await reach(client, run_id, lambda run: run.step >= KILLED_AT)
    house.kill_rank(rank)


async def service_dies(house: FaultHouse, client: TrainerClient, run_id: str) -> None:
    """The service is killed between two checkpoints and started again at once."""
    await reach(client, run_id, lambda run: run.step >= KILLED_AT)
    house.kill_service()
    house.launch()


async def dies_while_saving(house: FaultHouse, client: TrainerClient, run_id: str) -> None:
    """A rank is killed while the second checkpoint is half written."""
    folder = house.folder / "runs" / run_id / "checkpoints"
    await reach(client, run_id, lambda run: run.step >= CHECKPOINT_EVERY)
    rank = house.ranks()[1]
    await until((folder / f"step_{2 * CHECKPOINT_EVERY}.tmp").exists)
    os.kill(rank, signal.SIGKILL)


async def service_dies_publishing(house: FaultHouse, client: TrainerClient, run_id: str) -> None:
    """The service is killed when the last weights are prepared and not committed."""
    await _at_last_publication(house, client, run_id)
    house.kill_service()
    (house.folder / "hold").unlink()
    house.launch()


async def rank_dies_publishing(house: FaultHouse, client: TrainerClient, run_id: str) -> None:
    """Rank 0 is killed while its last report is being answered: the weights are not committed."""
    await _at_last_publication(house, client, run_id)
    house.kill_rank(0)
    await until(lambda: 0 not in house.ranks())
    (house.folder / "hold").unlink()


async def _at_last_publication(house: FaultHouse, client: TrainerClient, run_id: str) -> None:
    await reach(client, run_id, lambda run: run.step >= KILLED_AT)
    (house.folder / "publishing").unlink()
    (house.folder / "hold").touch()
    await until((house.folder / "publishing").exists)


FAULTS: dict[str, Strike] = {
    "rank 1 killed": partial(rank_dies, rank=1),
    "rank 0 killed": partial(rank_dies, rank=0),
    "launcher (torchrun) killed": partial(rank_dies, rank=-1),
    "trainer service killed": service_dies,
    "rank killed while a checkpoint is written": dies_while_saving,
    "service killed between prepare and commit": service_dies_publishing,
    "rank 0 killed between prepare and commit": rank_dies_publishing,
}
"""What is struck, in the words of the table."""


async def play(folder: Path, strike: Strike | None = None, *, num_ranks: int = 2) -> Reached:
    """Run the spec to its end with one fault in it."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    # Not in a thread: it seeds torch for the whole process, and runs may be played side by side.
    base = write_tiny_model(folder / "base")
    house = FaultHouse(folder=folder, num_ranks=num_ranks)
    house.launch()
    try:
        async with house.client() as client:
            await _ready(client)
            run = await client.create_run(house.spec(base), idempotency_key="run")
            recovered = None
            if strike is not None:
                await strike(house, client, run.id)
                struck = time.perf_counter()
                await reach(client, run.id, _goes_on)
                recovered = time.perf_counter() - struck
            ended = await reach(client, run.id, lambda run: run.status.is_final)
            steps = (await client.steps(run.id, limit=200)).data
            return await asyncio.to_thread(_reached, house, ended, steps, recovered)
    finally:
        house.stop()


def _goes_on(run: TrainingRun) -> bool:
    """Return whether a later attempt trains, or the run is over."""
    return run.status.is_final or (
        run.attempt > 1
        and run.status is JobStatus.RUNNING
        and run.phase in {"step", "export", "checkpoint", "report"}
    )


async def _ready(client: TrainerClient) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await client.runs()
            except SeawrightError:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return


def _reached(
    house: FaultHouse, run: TrainingRun, steps: list[TrainingStep], recovered: float | None
) -> Reached:
    last = house.folder / "runs" / run.id / "checkpoints" / f"step_{NUM_STEPS}"
    manifest = CheckpointManifest.model_validate_json((last / MANIFEST).read_text())
    commits = [line for line in (house.folder / "commits.jsonl").read_text().splitlines() if line]
    of_run = [line for line in commits if f'"step":{NUM_STEPS}' in line]
    sha = of_run[-1].split('"sha256":"')[1].split('"')[0] if of_run else ""
    return Reached(
        run=run,
        steps=steps,
        weights=sha,
        shards={name: sha for name, sha in manifest.files.items() if name.endswith(".distcp")},
        num_applied=manifest.num_applied,
        num_final_commits=len(of_run),
        recovered_seconds=recovered,
    )

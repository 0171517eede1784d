"""A trainer service in process, with a toy world around it and ranks that a test plays."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.trainer import TrainerClient
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.jobs.job import JobTimes
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import (
    AlgorithmSpec,
    BatchSpec,
    ModelSpec,
    OptimizerSpec,
    TrainingSpec,
)
from seawright_shared.stores.blobs import FolderBlobs
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome
from seawright_trainer.core.ports import Launcher
from seawright_trainer.settings import Settings
from seawright_trainer.wiring import Outside, build
from tests.support.tiny_models import write_tiny_model
from tests.support.toy_world import ToyEvaluations, ToyPolicy, ToyRollouts, toy_dialogues


@dataclass
class PlayedAttempt:
    """Ranks that end when the test says so."""

    config: AttemptConfig
    ended: asyncio.Future[Outcome]
    is_stopped: bool = False

    async def wait(self) -> Outcome:
        return await self.ended

    async def stop(self) -> None:
        self.is_stopped = True

    def end(self, code: ExitCode = ExitCode.DONE, message: str = "") -> None:
        self.ended.set_result(Outcome(rank=0, exit_code=code, code="played", message=message))


@dataclass
class PlayedLauncher:
    """The port `Launcher`; the test takes the ranks' part through the client."""

    attempts: list[PlayedAttempt] = field(default_factory=list)
    launched: asyncio.Event = field(default_factory=asyncio.Event)

    async def launch(self, config: AttemptConfig) -> PlayedAttempt:
        attempt = PlayedAttempt(config, asyncio.get_running_loop().create_future())
        self.attempts.append(attempt)
        self.launched.set()
        return attempt

    async def next(self) -> PlayedAttempt:
        """Return the next attempt as soon as it is launched."""
        await self.launched.wait()
        self.launched.clear()
        return self.attempts[-1]


@dataclass
class TrainerHouse:
    """What a test holds."""

    client: TrainerClient
    http: httpx.AsyncClient
    base: Path
    policy: ToyPolicy
    rollouts: ToyRollouts
    evaluations: ToyEvaluations

    def spec(self, kind: str = "grpo", **changes: object) -> TrainingSpec:
        """Return a small spec."""
        spec = TrainingSpec(
            kind="sft" if kind == "sft" else "grpo",
            model=ModelSpec(uri=str(self.base), name="tiny", dtype="float32"),
            dataset_id="ds_toy" if kind == "sft" else "ds_tasks",
            num_steps=3,
            optimizer=OptimizerSpec(learning_rate=1e-2),
            batch=BatchSpec(tasks_per_step=2, group_size=8, max_length=64, token_budget=256),
            algorithm=AlgorithmSpec(max_refills=200),
            checkpoint_every=2,
        )
        return spec.model_copy(update=changes)

    async def until(self, run_id: str, *statuses: JobStatus) -> TrainingRun:
        """Return the run as soon as it has one of the statuses."""
        async with asyncio.timeout(120):
            while True:
                run = await self.client.run(run_id)
                if run.status in statuses:
                    return run
                await asyncio.sleep(0.02)


@asynccontextmanager
async def open_house(
    folder: Path, database_url: str, launcher: Launcher
) -> AsyncGenerator[TrainerHouse]:
    """Open the service; its base model lies in the folder."""
    base = await asyncio.to_thread(write_tiny_model, folder / "base")
    settings = Settings(
        database_url=database_url, blob_dir=folder / "blobs", runs_dir=folder / "runs"
    )
    policy = ToyPolicy()
    rollouts = ToyRollouts(policy, FolderBlobs(folder / "blobs"), toy_dialogues(40))
    times = JobTimes(lease=20.0, beat=0.1, poll=0.1, relay=0.05, backoff=0.05, grace=1.0)
    evaluations = ToyEvaluations(policy)
    outside = Outside(
        policy=policy,
        rollouts=rollouts,
        launcher=launcher,
        evaluations=evaluations,
        times=times,
    )
    app = build(settings, outside=outside)
    transport = httpx.ASGITransport(app)
    peer = Peer("http://trainer", transport=transport)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://trainer") as http,
    ):
        yield TrainerHouse(TrainerClient(peer), http, base, policy, rollouts, evaluations)
    await peer.aclose()

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.trainer import TrainerClient
from seawright_shared.clients.user_quality import UserQualityReports
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.specs import DatasetSpec, ModelSpec, TrainingSpec
from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import UserQualitySpec
from seawright_shared.stores.blobs import FolderBlobs
from seawright_trainer.adapters.http_user_reports import HttpUserReports
from seawright_trainer.settings import Settings
from seawright_trainer.wiring import Outside, build
from tests.contract.orchestrator_house import DATABASE, House, ended, opened, synthesis_spec
from tests.support.tiny_models import write_tiny_model
from tests.support.trainer_house import PlayedLauncher, ToyPolicy, ToyRollouts
from tests.support.user_models import UserModels

GOOD = UserSpec(kind="model", model="good")


def spec(base: Path, dataset_id: str, user: UserSpec, **changes: object) -> TrainingSpec:
    model = ModelSpec(uri=str(base), name="toy")
    plain = {"kind": "grpo", "model": model, "dataset_id": dataset_id, "num_steps": 1}
    return TrainingSpec.model_validate({**plain, "user": user, **changes})


@asynccontextmanager
async def trainer_of(app: FastAPI) -> AsyncGenerator[tuple[TrainerClient, httpx.AsyncClient]]:
    transport = httpx.ASGITransport(app)
    peer = Peer("http://trainer", transport=transport)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://trainer") as http,
    ):
        yield TrainerClient(peer), http
    await peer.aclose()


async def dataset_of(house: House) -> str:
    run = await house.client.start_synthesis(synthesis_spec())
    await ended(house.client, run.id)
    wanted = DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[run.id])
    return (await house.client.create_dataset(wanted)).id


async def test_rl_starts_with_a_model_user_only_when_his_report_allows_it(tmp_path: Path):
    base = write_tiny_model(tmp_path / "base")
    async with opened(tmp_path, user_models=UserModels()) as house:
        dataset_id = await dataset_of(house)
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{tmp_path}/trainer.db",
            blob_dir=tmp_path / "blobs",
            runs_dir=tmp_path / "runs",
        )
        policy = ToyPolicy()
        outside = Outside(
            policy=policy,
            rollouts=ToyRollouts(policy, FolderBlobs(tmp_path / "blobs"), []),
            launcher=PlayedLauncher(),
            reports=HttpUserReports(house.client),
        )
        reports = UserQualityReports(house.client.peer)
        async with trainer_of(build(settings, outside=outside)) as (client, http):
            with pytest.raises(InvalidRequestError, match="no report"):
                await client.create_run(spec(base, dataset_id, GOOD))
            measured = await reports.start(
                UserQualitySpec(user=GOOD, database=DATABASE, num_probes=50)
            )
            report = await reports.ended(measured.id)
            assert report.quality is not None
            rate = report.quality.errors.rate
            assert rate is not None
            run = await client.create_run(spec(base, dataset_id, GOOD, max_user_error=rate))
            assert await checks(http, run.id) == [("passed", report.id)]
            other = UserSpec(kind="model", model="speaks_as_agent")
            with pytest.raises(InvalidRequestError):
                await client.create_run(spec(base, dataset_id, other))
            forced = spec(base, dataset_id, other, user_error_override="a drill")
            run = await client.create_run(forced)
            assert await checks(http, run.id) == [("overridden", None)]
            assert (await client.run(run.id)).spec.user_error_override == "a drill"
            run = await client.create_run(spec(base, dataset_id, UserSpec(slip_rate=0.5)))
            assert await checks(http, run.id) == []


async def checks(http: httpx.AsyncClient, run_id: str) -> list[tuple[str, str | None]]:
    events = (await http.get(f"/v1/training-runs/{run_id}/events")).json()["data"]
    found = [event["payload"] for event in events if event["type"] == "user.checked"]
    return [(one["decision"], one["report_id"]) for one in found]

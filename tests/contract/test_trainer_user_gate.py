from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.trainer import TrainerClient
from seawright_shared.clients.user_quality import UserQualityReports
from seawright_shared.errors import InvalidRequestError
from seawright_shared.jobs.job import JobTimes
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import BatchSpec, DatasetSpec, ModelSpec, TrainingSpec
from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import (
    ErrorRate,
    UserQuality,
    UserQualityReport,
    UserQualitySpec,
)
from seawright_shared.stores.blobs import FolderBlobs
from seawright_trainer.adapters.http_user_reports import HttpUserReports
from seawright_trainer.core.attempts import AttemptConfig
from seawright_trainer.settings import Settings
from seawright_trainer.wiring import Outside, build
from tests.contract.orchestrator_house import DATABASE, House, ended, opened, synthesis_spec
from tests.support.tiny_models import write_tiny_model
from tests.support.toy_world import ToyEvaluations, ToyPolicy, ToyRollouts
from tests.support.trainer_house import PlayedAttempt, PlayedLauncher
from tests.support.user_models import UserModels

GOOD = UserSpec(kind="model", model="good")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def spec(base: Path, dataset_id: str, user: UserSpec, **changes: object) -> TrainingSpec:
    model = ModelSpec(uri=str(base), name="toy")
    plain = {"kind": "grpo", "model": model, "dataset_id": dataset_id, "num_steps": 1}
    batch = BatchSpec(max_length=64, token_budget=256)
    return TrainingSpec.model_validate({**plain, "user": user, "batch": batch, **changes})


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


class EndedLauncher(PlayedLauncher):
    """Its ranks end at once: nothing is trained here."""

    async def launch(self, config: AttemptConfig) -> PlayedAttempt:
        attempt = await super().launch(config)
        attempt.end()
        return attempt


@dataclass(slots=True)
class KnownReports:
    """Reports by the model's name."""

    of: dict[str, UserQualityReport] = field(default_factory=dict[str, UserQualityReport])

    async def newest(self, model: str, dataset_id: str) -> UserQualityReport | None:
        return self.of.get(model)


async def test_rl_starts_with_a_model_user_only_when_his_report_allows_it(tmp_path: Path):
    base = write_tiny_model(tmp_path / "base")
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/trainer.db",
        blob_dir=tmp_path / "blobs",
        runs_dir=tmp_path / "runs",
    )
    policy, reports = ToyPolicy(), KnownReports()
    outside = Outside(
        policy=policy,
        rollouts=ToyRollouts(policy, FolderBlobs(tmp_path / "blobs"), []),
        launcher=EndedLauncher(),
        evaluations=ToyEvaluations(policy),
        reports=reports,
        times=JobTimes(lease=20.0, beat=0.1, poll=0.1, relay=0.05, backoff=0.05, grace=1.0),
    )
    async with trainer_of(build(settings, outside=outside)) as (client, http):
        with pytest.raises(InvalidRequestError, match="no report"):
            await client.create_run(spec(base, "ds", GOOD))
        reports.of = {"good": report_of(0), "bad": report_of(6)}
        run = await client.create_run(spec(base, "ds", GOOD))
        assert await checks(http, run.id) == [("passed", "uqr_1")]
        bad = UserSpec(kind="model", model="bad")
        with pytest.raises(InvalidRequestError, match="erred in 6"):
            await client.create_run(spec(base, "ds", bad))
        run = await client.create_run(spec(base, "ds", bad, user_error_override="a drill"))
        assert await checks(http, run.id) == [("overridden", "uqr_1")]
        assert (await client.run(run.id)).spec.user_error_override == "a drill"
        run = await client.create_run(spec(base, "ds", bad, max_user_error=0.06))
        assert await checks(http, run.id) == [("passed", "uqr_1")]
        run = await client.create_run(spec(base, "ds", UserSpec(slip_rate=0.5)))
        assert await checks(http, run.id) == []


async def test_a_report_counts_on_the_domain_it_was_made_on(tmp_path: Path):
    async with opened(tmp_path, user_models=UserModels()) as house:
        dataset_id = await dataset_of(house)
        known, reports = HttpUserReports(house.client), UserQualityReports(house.client.peer)
        assert await known.newest("good", dataset_id) is None
        wanted = UserQualitySpec(user=GOOD, database=DATABASE, num_probes=2)
        report = await reports.ended((await reports.start(wanted)).id)
        assert await known.newest("good", dataset_id) == report
        assert await known.newest("goo", dataset_id) is None
        airline = wanted.model_copy(
            update={"database": DatabaseRef(domain="airline", seed=1, num_customers=60)}
        )
        await reports.ended((await reports.start(airline)).id)
        assert await known.newest("good", dataset_id) == report


def report_of(num_errors: int) -> UserQualityReport:
    errors = ErrorRate(num=100, num_errors=num_errors, rate=num_errors / 100)
    return UserQualityReport(
        id="uqr_1",
        status=JobStatus.SUCCEEDED,
        created_at=NOW,
        updated_at=NOW,
        spec=UserQualitySpec(user=GOOD, database=DATABASE),
        quality=UserQuality(num_probes=100, num_passed=100, errors=errors, columns={}),
    )


async def checks(http: httpx.AsyncClient, run_id: str) -> list[tuple[str, str | None]]:
    wanted = {"accept": "application/json"}
    reply = await http.get(f"/v1/training-runs/{run_id}/events", headers=wanted)
    events = reply.json()["data"]
    found = [event["payload"] for event in events if event["type"] == "user.checked"]
    return [(one["decision"], one["report_id"]) for one in found]

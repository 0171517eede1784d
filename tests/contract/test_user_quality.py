import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from seawright_shared.clients.user_quality import UserQualityReports
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import COLUMNS, UserQualityReport, UserQualitySpec
from tests.contract.orchestrator_house import DATABASE, House, opened
from tests.support.user_models import UserModels

SLIPPING = UserSpec(slip_rate=0.3, slip_kinds=["stopped_early"])


def spec(user: UserSpec | None = None, **changes: Any) -> UserQualitySpec:
    plain: dict[str, Any] = {"database": DATABASE, "num_probes": 12, "seed": 4}
    return UserQualitySpec(user=user or UserSpec(), **{**plain, **changes})


@asynccontextmanager
async def house(folder: Path, **changes: Any) -> AsyncGenerator[tuple[House, UserQualityReports]]:
    async with opened(folder, **changes) as running:
        yield running, UserQualityReports(running.client.peer)


async def reported(client: UserQualityReports, wanted: UserQualitySpec) -> UserQualityReport:
    started = await client.start(wanted)
    return await asyncio.wait_for(client.ended(started.id), 60)


async def test_users_are_measured_on_the_same_probes_and_a_slip_is_in_its_column(tmp_path: Path):
    async with house(tmp_path) as (running, client):
        exact = await reported(client, spec())
        slipping = await reported(client, spec(SLIPPING))
        assert exact.status == slipping.status == JobStatus.SUCCEEDED
        good, bad = exact.quality, slipping.quality
        assert good is not None
        assert bad is not None
        assert (good.num_probes, good.num_left_out, good.num_passed) == (12, 0, 12)
        assert good.domains == ["retail"]
        assert list(good.columns) == list(COLUMNS)
        assert {rate.num_errors for rate in good.columns.values()} == {0}
        assert (good.errors.rate, good.errors.low) == (0.0, 0.0)
        assert 0.2 < (good.errors.high or 0) < 0.3
        assert bad.columns["premature_stop"].num_errors == bad.errors.num_errors > 0
        assert sum(rate.num_errors for rate in bad.columns.values()) == bad.errors.num_errors
        found = bad.slips["stopped_early"]
        assert found.num_made == found.num_found == bad.errors.num_errors
        finding = bad.findings[0]
        episode = (await running.http.get(f"/v1/episodes/{finding.episode_id}")).json()
        message = episode["trajectory"]["messages"][finding.message]
        assert "###STOP###" in message["content"]
        page = await client.page()
        assert [one.id for one in page.data] == [slipping.id, exact.id]
        assert await client.get(exact.id) == exact


async def test_probes_are_held_out_and_a_version_of_tasks_is_probed_in_its_order(tmp_path: Path):
    async with house(tmp_path) as (running, client):
        report = await reported(client, spec(num_probes=3))
        assert report.quality is not None
        tasks = await running.client.tasks(is_heldout=True)
        assert report.quality.num_probes == len(tasks.data) == 3
        with pytest.raises(InvalidRequestError) as caught:
            await client.start(spec(dataset_id="ds_none", database=None))
        assert [error.pointer for error in caught.value.errors] == ["/dataset_id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"user": {"kind": "model"}, "database": DATABASE.model_dump()}, "/user/model"),
        ({"user": {"slip_rate": 2}, "database": DATABASE.model_dump()}, "/user/slip_rate"),
        ({"user": {}, "database": {"domain": "bakery"}}, "/database/domain"),
        ({"user": {}}, ""),
        ({"user": {}, "database": DATABASE.model_dump(), "num_probes": 0}, "/num_probes"),
        ({"user": {}, "database": DATABASE.model_dump(), "nun_probes": 2}, "/nun_probes"),
    ],
)
async def test_a_report_that_is_impossible_names_the_field(
    tmp_path: Path, body: dict[str, Any], pointer: str
):
    async with house(tmp_path, num_workers=0) as (running, _):
        headers = {"idempotency-key": "a"}
        reply = await running.http.post("/v1/user-quality-reports", json=body, headers=headers)
        assert reply.status_code == 422, reply.text
        assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]


async def test_a_repeated_key_starts_nothing_again_and_a_report_can_be_cancelled(tmp_path: Path):
    async with house(tmp_path, num_workers=0) as (running, client):
        first = await client.start(spec(), idempotency_key="k")
        assert (await client.start(spec(), idempotency_key="k")).id == first.id
        reply = await running.http.post("/v1/user-quality-reports", json={"user": {}})
        assert reply.status_code == 422
        path = f"/v1/user-quality-reports/{first.id}"
        for _ in range(2):
            assert (await running.http.post(f"{path}/cancel")).status_code == 202
        assert (await client.get(first.id)).status == JobStatus.CANCELLED
        assert (await running.http.get("/v1/user-quality-reports/uqr_none")).status_code == 404
        assert (await client.page(model="other")).data == []


async def test_a_user_model_is_listed_by_its_name_and_what_it_breaks_is_told(tmp_path: Path):
    models = UserModels()
    async with house(tmp_path, user_models=models) as (_, client):
        agentlike = await reported(
            client, spec(UserSpec(kind="model", model="speaks_as_agent"), num_probes=4)
        )
        quality = agentlike.quality
        assert quality is not None
        assert quality.num_user_faults == quality.errors.num_errors == 4
        assert quality.columns["instruction_drift"].num_errors == 4
        assert quality.refusals == {"speaks_as_agent": 12}
        assert quality.num_passed == 0
        good = await reported(client, spec(UserSpec(kind="model", model="good"), num_probes=4))
        assert good.quality is not None
        assert (good.quality.num_user_faults, good.quality.num_passed) == (0, 4)
        assert [one.id for one in (await client.page(model="good")).data] == [good.id]
        assert (await client.page(model="goo")).data == []


async def test_an_engine_that_is_down_for_a_while_costs_no_user_anything(tmp_path: Path):
    models = UserModels(num_failures=8)
    async with house(tmp_path, user_models=models) as (_, client):
        report = await reported(client, spec(UserSpec(kind="model", model="good"), num_probes=2))
        assert report.quality is not None
        assert (report.quality.num_left_out, report.quality.num_user_faults) == (0, 0)
        assert models.num_failures == 0

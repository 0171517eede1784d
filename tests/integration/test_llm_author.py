"""A whole synthesis run with a model in every part, against the deterministic test server."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from seawright_environment import wiring as environment
from seawright_environment.settings import Settings as EnvironmentSettings
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.wiring import build
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.synthesis_estimates import SynthesisEstimates
from seawright_shared.contracts.orchestrator import SynthesisReport
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.llm import LLM_ROLES, LlmSpec
from seawright_shared.records.reports import StageUsage
from seawright_shared.records.specs import SynthesisSpec
from seawright_user_simulator import wiring as user_simulator
from seawright_user_simulator.settings import Settings as UserSettings
from tests.contract.orchestrator_house import Switchboard, ended
from tests.support.llm_server import BASE_URL, LlmServer

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    client: OrchestratorClient
    estimates: SynthesisEstimates
    server: LlmServer


@asynccontextmanager
async def opened(folder: Path, **settings: Any) -> AsyncGenerator[House]:
    server = LlmServer()
    env = environment.build(EnvironmentSettings())
    users = user_simulator.build(UserSettings())
    board = Switchboard(
        {"environment": httpx.ASGITransport(env), "users": httpx.ASGITransport(users)}
    )
    own = Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/orchestrator.db",
        blob_dir=folder / "blobs",
        environment_url="http://environment",
        user_simulator_url="http://users",
        num_workers=2,
        **settings,
    )
    app = build(own, transport=board, model_transport=server.transport())
    async with AsyncExitStack() as stack:
        for one in (env, users, app):
            await stack.enter_async_context(one.router.lifespan_context(one))
        peer = Peer("http://orchestrator", transport=httpx.ASGITransport(app))
        stack.push_async_callback(peer.aclose)
        yield House(
            client=OrchestratorClient(peer), estimates=SynthesisEstimates(peer), server=server
        )


def spec_of(model: str = "good", **changes: Any) -> SynthesisSpec:
    plain: dict[str, Any] = {
        "domain": "retail",
        "database": DatabaseRef(domain="retail", seed=7, num_customers=60),
        "num_streams": 2,
        "num_iterations": 2,
        "candidates_per_iteration": 20,
        "seed": 5,
        "author": "llm",
        "llm": LlmSpec(
            base_url=BASE_URL,
            model=model,
            dollars_per_million_prompt=2.0,
            dollars_per_million_sampled=8.0,
            drafts_per_iteration=8,
            judged_share=1.0,
            num_probe_drafts=24,
            timeout_seconds=0.5,
        ),
    }
    return SynthesisSpec(**{**plain, **changes})


def total(usages: list[dict[str, StageUsage]]) -> dict[str, float]:
    every = [usage for one in usages for usage in one.values()]
    return {
        "calls": sum(one.num_calls for one in every),
        "cached": sum(one.num_cached for one in every),
        "tokens": sum(one.num_prompt_tokens + one.num_sampled_tokens for one in every),
        "dollars": sum(one.dollars for one in every),
    }


async def made(house: House, spec: SynthesisSpec) -> SynthesisReport:
    run = await house.client.start_synthesis(spec)
    assert await ended(house.client, run.id) is JobStatus.SUCCEEDED
    return await house.client.synthesis_report(run.id)


async def test_a_run_with_a_model_in_every_part_costs_what_was_foretold_and_nothing_again(
    tmp_path: Path,
):
    async with opened(tmp_path) as house:
        spec = spec_of()
        foretold = await house.estimates.estimate(spec)
        assert house.server.calls.total() == 0
        first = await made(house, spec)
        reports = [report for stream in first.streams for report in stream.iterations]
        spent = total([report.usage for report in reports])
        assert first.run.num_tasks > 0
        assert set().union(*(report.usage for report in reports)) == set(LLM_ROLES)
        # What is told was paid: the server counted the same tokens.
        assert spent["tokens"] == house.server.prompt_tokens + house.server.sampled_tokens
        assert spent["calls"] == house.server.calls.total()
        assert spent["cached"] == 0
        tokens = foretold.total.num_prompt_tokens + foretold.total.num_sampled_tokens
        assert abs(tokens - spent["tokens"]) <= 0.3 * spent["tokens"]
        assert abs(foretold.total.num_calls - spent["calls"]) <= 0.3 * spent["calls"]
        assert abs(foretold.total.dollars - spent["dollars"]) <= 0.3 * spent["dollars"]
        planned = [stream.plans[0] for stream in first.streams]
        assert all(plan.theme.startswith("Plan ") for plan in planned)
        contests = [one for stream in first.streams for one in stream.reflections if one.contest]
        assert contests
        for one in contests:
            won = one.contest["llm"] > one.contest["miner"]
            assert one.origin == ("llm" if won else "miner")
        judges = reports[-1].judges
        assert set(judges) == {"judge_0", "judge_1", "judge_2"}

        asked = house.server.calls.total()
        again = await made(house, spec)
        repeated = [report for stream in again.streams for report in stream.iterations]
        free = total([report.usage for report in repeated])
        assert house.server.calls.total() == asked
        assert free["dollars"] == 0
        assert free["tokens"] == 0
        assert free["cached"] == free["calls"] == spent["calls"]
        assert [one.num_accepted for one in repeated] == [one.num_accepted for one in reports]
        assert [one.causes for one in repeated] == [one.causes for one in reports]


async def test_a_run_whose_model_refuses_everything_is_made_without_it_and_says_so(tmp_path: Path):
    async with opened(tmp_path) as house:
        spec = spec_of("refusal", num_streams=1, num_iterations=1, candidates_per_iteration=40)
        done = await made(house, spec)
        plain = await made(house, spec.model_copy(update={"author": "procedural", "llm": None}))
        assert done.run.num_tasks == plain.run.num_tasks
        (report,) = done.streams[0].iterations
        for role in ("meta_planner", "task_synthesizer"):
            usage = report.usage[role]
            assert usage.failures == {"refused": usage.num_calls}


async def test_an_endpoint_that_is_not_allowed_is_refused_by_runs_and_estimates(tmp_path: Path):
    async with opened(tmp_path) as house:
        bad = spec_of().model_copy(
            update={"llm": LlmSpec(base_url="http://169.254.169.254/v1", model="good")}
        )
        for ask in (house.client.start_synthesis, house.estimates.estimate):
            with pytest.raises(InvalidRequestError, match="base_url"):
                await ask(bad)
        assert house.server.calls.total() == 0


async def test_the_key_is_a_setting_and_is_sent_to_the_endpoint_alone(tmp_path: Path):
    async with opened(tmp_path, llm_api_key="secret-key") as house:
        spec = spec_of(num_streams=1, num_iterations=1, candidates_per_iteration=8)
        done = await made(house, spec)
        assert set(house.server.keys) == {"Bearer secret-key"}
        assert "secret-key" not in done.model_dump_json()

"""The environment over HTTP, through its typed client."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from seawright_environment.domains.retail.seed import generate_tables
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import (
    DraftRequest,
    SessionRequest,
    TaskCheckRequest,
    ToolCallRequest,
    VerificationRequest,
)
from seawright_shared.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    SessionLostError,
)
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.ids import new_id
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import EnvironmentCall, PatchOp
from seawright_shared.records.trajectories import StopReason
from tests.support.tau2_vectors import FOLDER, needs_vectors

REF = DatabaseRef(domain="retail", seed=1, num_customers=40)
READ = ToolCall(id="r", name="list_all_product_types")


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[EnvironmentClient]:
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield EnvironmentClient(peer)
    await peer.aclose()


@pytest.fixture
async def client() -> AsyncGenerator[EnvironmentClient]:
    async with serving(build(Settings(tau2_data_dir=None))) as client:
        yield client


def pending_order() -> str:
    """Return a pending order of the generated shop."""
    orders: Any = generate_tables(REF.seed, REF.num_customers)["orders"]
    return next(key for key, order in orders.items() if order["status"] == "pending")


def cancel(order_id: str, call_id: str = "c") -> ToolCall:
    arguments: Any = {"order_id": order_id, "reason": "no longer needed"}
    return ToolCall(id=call_id, name="cancel_pending_order", arguments=arguments)


async def test_a_domain_shows_its_policy_its_tools_and_what_customers_want(
    client: EnvironmentClient,
):
    domain = await client.domain("retail")
    names = [each.name for each in await client.domains()]
    assert "retail" in names
    assert names == sorted(names)
    assert len(domain.tools) == 16
    assert {"cancel_pending_order"} <= set(domain.goal_types)
    assert "order.status" in domain.features
    assert "Ask before you write" in domain.domain_policy
    with pytest.raises(NotFoundError, match="no domain 'spa'"):
        await client.domain("spa")


async def test_a_session_runs_calls_and_tells_what_changed(client: EnvironmentClient):
    order_id = pending_order()
    session = await client.open_session(REF)
    opened = session.state_hash
    result = await session.call(cancel(order_id))
    assert (result.call_id, result.error) == ("c", False)
    state = await session.state()
    assert state.session.version == 1
    assert state.session.state_hash == session.state_hash != opened
    assert PatchOp(path=["orders", order_id, "status"], op="set", value="cancelled") in state.diff
    refused = await session.call(cancel(order_id, "again"))
    assert refused.content == "Error: Non-pending order cannot be cancelled"


async def test_a_lost_session_is_opened_again_by_its_history_without_the_caller_noticing(
    client: EnvironmentClient,
):
    order_id = pending_order()
    session = await client.open_session(REF)
    await session.call(cancel(order_id))
    before = session.state_hash
    lost = session.id
    await client.close(lost)
    assert not (await session.call(READ)).error
    assert session.id != lost
    assert session.state_hash == before
    assert (await session.state()).session.version == 2


async def test_a_session_survives_the_death_of_the_service():
    transport = httpx.ASGITransport(build(Settings()))
    peer = Peer("http://environment", transport=transport)
    session = await EnvironmentClient(peer).open_session(REF)
    order_id = pending_order()
    await session.call(cancel(order_id))
    transport.app = build(Settings())
    result = await session.call(cancel(order_id, "again"))
    assert result.content == "Error: Non-pending order cannot be cancelled"
    assert [call.name for call in session.history] == ["cancel_pending_order"] * 2
    await peer.aclose()


async def test_a_session_that_replays_to_another_state_is_refused(client: EnvironmentClient):
    session = await client.open_session(REF)
    await session.call(cancel(pending_order()))
    session._request = SessionRequest(database=REF.model_copy(update={"seed": 2}))  # pyright: ignore[reportPrivateUsage]
    await client.close(session.id)
    with pytest.raises(ConflictError, match="another state"):
        await session.call(READ)


async def test_a_repeated_call_id_runs_once_and_for_another_call_is_a_conflict(
    client: EnvironmentClient,
):
    order_id = pending_order()
    session = await client.open(SessionRequest(database=REF))
    call = cancel(order_id)
    request = ToolCallRequest(call_id="1", name=call.name, arguments=call.arguments)
    first = await client.call_tool(session.id, request)
    assert await client.call_tool(session.id, request) == first
    assert (await client.session(session.id)).version == 1
    other = request.model_copy(update={"name": "get_order_details"})
    with pytest.raises(ConflictError):
        await client.call_tool(session.id, other)
    late = ToolCallRequest(call_id="2", name=call.name, expected_version=0)
    with pytest.raises(ConflictError, match="version 1, not 0"):
        await client.call_tool(session.id, late)


async def test_a_call_id_may_hold_any_letters(client: EnvironmentClient):
    session = await client.open_session(REF)
    strange = READ.model_copy(update={"id": "call \u00e9\u4e2d\n" + "x" * 300})
    result = await session.call(strange)
    assert (result.call_id, result.error) == (strange.id, False)


async def test_history_on_opening_gives_the_state_of_the_calls(client: EnvironmentClient):
    order_id = pending_order()
    session = await client.open_session(REF)
    await session.call(cancel(order_id))
    again = await client.open(SessionRequest(database=REF, history=session.history))
    assert (again.state_hash, again.version) == (session.state_hash, 1)


async def test_forks_are_independent(client: EnvironmentClient):
    order_id = pending_order()
    origin = await client.open(SessionRequest(database=REF))
    one, other = await client.fork(origin.id, num=2)
    call = cancel(order_id)
    request = ToolCallRequest(call_id="1", name=call.name, arguments=call.arguments)
    await client.call_tool(one.id, request)
    assert (await client.session(other.id)).state_hash == origin.state_hash
    assert (await client.session(one.id)).state_hash != origin.state_hash


async def test_what_does_not_fit_is_refused_by_its_field(client: EnvironmentClient):
    patch = [PatchOp(path=["orders", "#W0", "status"], op="set", value="pending")]
    with pytest.raises(InvalidRequestError) as bad_patch:
        await client.open(SessionRequest(database=REF, initial_patch=patch))
    assert bad_patch.value.errors[0].pointer == "/initial_patch/0/path"
    calls = [EnvironmentCall(requestor="assistant", name="get_order_details")]
    with pytest.raises(InvalidRequestError) as bad_call:
        await client.open(SessionRequest(database=REF, initial_calls=calls))
    assert bad_call.value.errors[0].pointer == "/initial_calls/0"


async def test_a_session_that_is_not_open_says_how_to_open_it_again(client: EnvironmentClient):
    with pytest.raises(SessionLostError, match="history"):
        await client.session(new_id("session"))
    with pytest.raises(NotFoundError):
        await client.session("nonsense")


async def test_drafts_become_checked_tasks_whose_gold_is_rewarded(client: EnvironmentClient):
    goals = {"cancel_pending_order": 1.0}
    request = DraftRequest(database=REF, seed=3, num=40, goals=goals)
    drafts = (await client.draw_drafts(request)).drafts
    assert len(drafts) == 40
    ids: list[Any] = ["schema", "execution", "policy", "effect", "reference", "selftest"]
    checks = [CheckConfig(id=each) for each in ids]
    answer = await client.check_tasks(TaskCheckRequest(drafts=drafts, checks=checks))
    assert [result.draft_id for result in answer.results] == [draft.id for draft in drafts]
    tasks = [result.task for result in answer.results if result.task]
    assert tasks
    task = tasks[0]
    assert task.checker is not None
    nothing = VerificationRequest(task=task, messages=[], stop_reason=StopReason.USER_STOP)
    assert (await client.verify(nothing)).verdict.reward == 0.0


async def test_tau2_tasks_are_not_found_without_their_data(client: EnvironmentClient):
    with pytest.raises(NotFoundError, match="TAU2_DATA_DIR"):
        await client.tau2_tasks("retail")


@needs_vectors
async def test_tau2_tasks_are_listed_by_split_and_scored_by_tau2_benchs_rules():
    async with serving(build(Settings(tau2_data_dir=FOLDER / "data"))) as client:
        tasks = (await client.tau2_tasks("retail", "test")).tasks
        assert len(tasks) == 40
        with pytest.raises(InvalidRequestError, match="train, test, base"):
            await client.tau2_tasks("retail", "small")
        task = next(each for each in tasks if each.final_patch)
        session = await client.open_session(task.database)
        messages: list[Message] = []
        for number, action in enumerate(task.golden_actions):
            call = ToolCall(id=f"g{number}", name=action.name, arguments=action.arguments)
            result = await session.call(call)
            messages += [
                Message(role="assistant", tool_calls=[call]),
                result.as_message("assistant"),
            ]
        assert (await session.state()).diff == task.final_patch
        request = VerificationRequest(
            task=task, messages=messages, stop_reason=StopReason.USER_STOP, scoring="tau2"
        )
        verdict = (await client.verify(request)).verdict
        assert verdict.reward == 1.0
        assert verdict.final_state_hash == session.state_hash

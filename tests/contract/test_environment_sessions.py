"""Snapshots, capabilities, batches and capacity of the environment, through its typed client."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

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
from seawright_shared.errors import CapacityError, ConflictError, NotFoundError
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from tests.contract.test_environment import REF, cancel, pending_order, serving
from tests.support.synthesis import CHECKS, SHOP

READ = ToolCall(id="r", name="list_all_product_types")


@pytest.fixture
async def client() -> AsyncGenerator[EnvironmentClient]:
    async with serving(build(Settings(tau2_data_dir=None))) as client:
        yield client


async def test_a_restored_session_stands_where_the_snapshot_was_taken(client: EnvironmentClient):
    session = await client.open_session(REF)
    await session.call(READ)
    await session.take_snapshot("before")
    hash_before = session.state_hash
    await session.call(cancel(pending_order()))
    assert session.state_hash != hash_before
    await session.restore("before")
    assert (session.state_hash, len(session.history)) == (hash_before, 1)
    state = await session.state()
    assert (state.session.version, state.diff) == (1, [])
    assert not (await session.call(cancel(pending_order()))).error


async def test_a_snapshot_outlives_the_session_in_the_client(client: EnvironmentClient):
    session = await client.open_session(REF)
    await session.take_snapshot("start")
    await session.call(cancel(pending_order()))
    hash_after = session.state_hash
    await client.close(session.id)
    await session.call(READ)
    assert session.state_hash == hash_after
    await session.restore("start")
    assert (await session.state()).diff == []
    with pytest.raises(NotFoundError):
        await session.restore("nowhere")


async def test_a_snapshot_keeps_its_name_for_one_version(client: EnvironmentClient):
    opened = await client.open(SessionRequest(database=REF))
    first = await client.take_snapshot(opened.id, "a")
    assert await client.take_snapshot(opened.id, "a") == first
    await client.call_tool(opened.id, ToolCallRequest(call_id="1", name=READ.name))
    with pytest.raises(ConflictError, match="version 0"):
        await client.take_snapshot(opened.id, "a")
    assert [each.name for each in await client.snapshots(opened.id)] == ["a"]
    await client.drop_snapshot(opened.id, "a")
    await client.drop_snapshot(opened.id, "a")
    assert (await client.take_snapshot(opened.id, "a")).version == 1


async def test_a_fork_of_a_snapshot_starts_there_and_after_a_restore_call_ids_are_free(
    client: EnvironmentClient,
):
    opened = await client.open(SessionRequest(database=REF))
    await client.take_snapshot(opened.id, "a")
    call = cancel(pending_order())
    request = ToolCallRequest(call_id="1", name=call.name, arguments=call.arguments)
    changed = await client.call_tool(opened.id, request)
    (fork,) = await client.fork(opened.id, snapshot="a")
    assert (fork.version, fork.state_hash) == (0, opened.state_hash)
    assert (await client.restore(opened.id, "a")).version == 0
    other = ToolCallRequest(call_id="1", name=READ.name)
    assert (await client.call_tool(opened.id, other)).version == 1
    assert (await client.call_tool(fork.id, request)).state_hash == changed.state_hash


async def test_forks_of_a_session_survive_their_loss_too(client: EnvironmentClient):
    session = await client.open_session(REF)
    await session.call(READ)
    one, other = await session.fork(2)
    await one.call(cancel(pending_order()))
    await client.close(one.id)
    await client.close(other.id)
    assert len((await one.state()).diff) > 0
    assert (await other.state()).diff == []
    assert [len(each.history) for each in (session, one, other)] == [1, 2, 1]


async def test_the_calls_of_a_session_are_the_history_that_opens_it_again(
    client: EnvironmentClient,
):
    session = await client.open_session(REF)
    await session.call(cancel(pending_order()))
    calls = await client.calls(session.id)
    assert [(each.name, each.version, each.result.error) for each in calls] == [
        ("cancel_pending_order", 1, False)
    ]
    again = await client.open(SessionRequest(database=REF, history=session.history))
    assert again.state_hash == session.state_hash
    assert [each.result.content for each in await client.calls(again.id)] == [
        each.result.content for each in calls
    ]


async def test_tools_are_listed_in_the_form_that_models_take(client: EnvironmentClient):
    listed = await client.tools("retail", form="openai", requestor="assistant")
    domain = await client.domain("retail")
    assert listed.version == domain.version
    assert len(listed.tools) == len([t for t in domain.tools if t.requestor == "assistant"])
    first: Any = listed.tools[0]
    assert first["type"] == "function"
    assert {"name", "description", "parameters"} == set(first["function"])
    assert (await client.tools("retail", requestor="user")).tools == []


async def test_each_item_of_a_batch_has_its_verdict_or_its_problem_in_order():
    app = build(Settings(tau2_data_dir=None))
    async with serving(app) as client:
        task = await accepted_task(client)
    messages = [Message(role="assistant", content="Hello!")]
    good = VerificationRequest(task=task, messages=messages, stop_reason=StopReason.USER_STOP)
    plain: Any = good.model_dump(mode="json")
    items: list[Any] = [
        plain,
        {**plain, "stop_reason": "tired"},
        {**plain, "task": {**plain["task"], "checker": None}},
        17,
        plain,
    ]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
        reply = (await http.post("/v1/verification-batches", json={"items": items})).json()
    assert reply["num_failed"] == 3
    first, second, third, fourth, last = reply["results"]
    assert first["verdict"]["reward"] == 0.0
    assert first["problem"] is None
    assert second["problem"]["errors"][0]["pointer"] == "/items/1/stop_reason"
    assert third["problem"]["errors"][0]["pointer"] == "/items/2/task/checker"
    assert fourth["problem"]["errors"][0]["pointer"] == "/items/3"
    assert last["verdict"]["reward"] == first["verdict"]["reward"]
    async with serving(app) as client:
        batch = await client.verify_batch([good, good])
        assert [item.verdict is not None for item in batch.results] == [True, True]


async def test_where_all_sessions_are_in_use_the_answer_says_so():
    settings = Settings(tau2_data_dir=None, max_sessions=2, session_idle_seconds=60.0)
    transport = httpx.ASGITransport(build(settings))
    peer = Peer("http://e", transport=transport, sleep=no_wait)
    client = EnvironmentClient(peer)
    opened = [await client.open(SessionRequest(database=REF)) for _ in range(2)]
    with pytest.raises(CapacityError, match="all 2 sessions are in use"):
        await client.open(SessionRequest(database=REF))
    room = await client.capacity()
    assert (room.num_sessions, room.max_sessions) == (2, 2)
    # It stays ready: what it holds must reach it.
    async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
        ready = await http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["saturation"] == {"sessions": 1.0, "verifications": 0.0}
    await client.close(opened[0].id)
    await client.open(SessionRequest(database=REF))
    await peer.aclose()


async def accepted_task(client: EnvironmentClient) -> Task:
    order = DraftRequest(database=SHOP, seed=4, num=20, goals={"cancel_pending_order": 1.0})
    drafts = (await client.draw_drafts(order)).drafts
    checked = await client.check_tasks(TaskCheckRequest(drafts=drafts, checks=CHECKS))
    return next(result.task for result in checked.results if result.task)


async def no_wait(seconds: float) -> None:
    """Retry at once."""


async def test_the_short_way_of_a_tool_call_answers_byte_for_byte_as_the_route_does():
    settings = Settings(tau2_data_dir=None)
    transport = httpx.ASGITransport(build(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
        asked = {"database": REF.model_dump()}
        path = (await http.post("/v1/env-sessions", json=asked)).json()["id"]
        call = cancel(pending_order())
        body = {"call_id": "\u00e9", "name": call.name, "arguments": call.arguments}
        short = await http.post(f"/v1/env-sessions/{path}/tool-calls", json=body)
        charset = {"content-type": "application/json; charset=utf-8"}
        long = await http.post(f"/v1/env-sessions/{path}/tool-calls", json=body, headers=charset)
        late = {**body, "call_id": "2", "expected_version": 7}
        refused = await http.post(f"/v1/env-sessions/{path}/tool-calls", json=late)
    assert short.status_code == long.status_code == 200
    assert short.content == long.content
    assert short.headers["content-type"] == long.headers["content-type"]
    assert refused.status_code == 409
    assert refused.json()["code"] == "conflict"

"""The airline over HTTP: its tools, its rules, its goals, and tasks written for it."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.domains.airline.seed import generate_tables
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
from seawright_shared.errors import NotFoundError
from seawright_shared.records.domains import DatabaseRef
from tests.conformance.evaluating import STOPS, transcript
from tests.support.synthesis import CHECKS
from tests.support.tau2_vectors import FOLDER, needs_vectors, records

REF = DatabaseRef(domain="airline", seed=1, num_customers=40)


@pytest.fixture
async def client() -> AsyncGenerator[EnvironmentClient]:
    data = FOLDER / "data"
    app = build(Settings(tau2_data_dir=data if data.is_dir() else None))
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield EnvironmentClient(peer)
    await peer.aclose()


async def test_the_airline_shows_its_tools_and_states_its_goals(client: EnvironmentClient):
    domain = await client.domain("airline")
    assert len(domain.tools) == 14
    assert domain.goal_types == [kind.name for kind in domain.goal_kinds]
    assert {"fulfil", "info", "refuse", "transfer"} == {kind.outcome for kind in domain.goal_kinds}
    assert "Ask before you write" in domain.domain_policy
    booking: Any = next(each for each in domain.tools if each.name == "book_reservation")
    assert booking.parameters["$defs"].keys() == {"FlightInfo", "Passenger", "Payment"}


async def test_a_reservation_of_a_generated_airline_is_cancelled_once(client: EnvironmentClient):
    tables: Any = generate_tables(REF.seed, REF.num_customers)
    held = next(each for each in tables["reservations"].values() if each["status"] is None)
    session = await client.open(SessionRequest(database=REF))
    arguments: Any = {"reservation_id": held["reservation_id"]}

    async def cancel(call_id: str) -> Any:
        request = ToolCallRequest(call_id=call_id, name="cancel_reservation", arguments=arguments)
        return await client.call_tool(session.id, request)

    first, second = await cancel("one"), await cancel("two")
    assert not first.result.error
    assert second.result.error
    assert "is already cancelled" in second.result.content


async def test_tasks_for_the_airline_are_drawn_and_checked(client: EnvironmentClient):
    order = DraftRequest(database=REF, seed=3, num=60, goals={"refused_compensation": 1.0})
    drafts = (await client.draw_drafts(order)).drafts
    answer = await client.check_tasks(TaskCheckRequest(drafts=drafts, checks=CHECKS))
    tasks = [one.task for one in answer.results if one.task is not None]
    assert 0 < len(tasks) < len(drafts)
    assert all(task.selftest and task.selftest.ok for task in tasks)


async def test_drafts_and_task_checks_of_a_domain_without_an_author_say_so(
    client: EnvironmentClient,
):
    toy = DatabaseRef(domain="mock", seed=1, num_customers=40)
    order = DraftRequest(database=toy, seed=1, num=3, goals={"cancel_reservation": 1.0})
    with pytest.raises(NotFoundError, match="no author for domain 'mock'"):
        await client.draw_drafts(order)
    drawn = await client.draw_drafts(order.model_copy(update={"database": REF}))
    moved = [draft.model_copy(update={"database": toy}) for draft in drawn.drafts]
    with pytest.raises(NotFoundError, match="no author for domain 'mock'"):
        await client.check_tasks(TaskCheckRequest(drafts=moved, checks=CHECKS))


@needs_vectors
async def test_tau2_benchs_airline_episodes_are_scored(client: EnvironmentClient):
    tasks = {
        task.tau2["id"]: task for task in (await client.tau2_tasks("airline")).tasks if task.tau2
    }
    assert len(tasks) == 50
    for name, num in (("golden_airline", 4), ("mutated_airline", 8)):
        for record in records(name)[:num]:
            request = VerificationRequest(
                task=tasks[record["task_id"]],
                messages=import_messages(transcript(record)),
                stop_reason=STOPS[record.get("termination_reason", "user_stop")],
                scoring="tau2",
            )
            answer = await client.verify(request)
            assert answer.verdict.reward == record["reward_info"]["reward"], record["task_id"]

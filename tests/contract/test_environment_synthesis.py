from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi.openapi.models import Example

from seawright_environment.api import drafts, task_checks
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import (
    DraftRequest,
    TaskCheckRequest,
    VerificationRequest,
)
from seawright_shared.errors import InvalidRequestError, NotFoundError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import StopReason
from tests.support.synthesis import CHECKS, SHOP


@pytest.fixture
async def client() -> AsyncGenerator[EnvironmentClient]:
    app = build(Settings())
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield EnvironmentClient(peer)
    await peer.aclose()


def request(num: int = 60, **changes: object) -> DraftRequest:
    goals = {"cancel_pending_order": 1.0, "order_info": 1.0, "modify_user_address": 1.0}
    wanted: dict[str, object] = {"database": SHOP, "seed": 4, "num": num, "goals": goals}
    return DraftRequest.model_validate(wanted | changes)


async def test_drafts_become_tasks_whose_checkers_judge_trajectories(client: EnvironmentClient):
    drawn = (await client.draw_drafts(request())).drafts
    assert drawn == (await client.draw_drafts(request())).drafts
    checked = await client.check_tasks(TaskCheckRequest(drafts=drawn, checks=CHECKS))
    assert [result.draft_id for result in checked.results] == [draft.id for draft in drawn]
    task = next(result.task for result in checked.results if result.task)
    greeting = [Message(role="assistant", content="Hi! How can I help you today?")]
    answer = await client.verify(
        VerificationRequest(task=task, messages=greeting, stop_reason=StopReason.USER_STOP)
    )
    assert answer.verdict.reward == 0.0


async def test_the_domain_tells_its_goal_types_and_features(client: EnvironmentClient):
    domain = await client.domain("retail")
    assert "cancel_pending_order" in domain.goal_types
    assert "order.status" in domain.features


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"goals": {"fly": 1.0}}, "/goals/fly"),
        ({"goals": {"order_info": 0.0}}, "/goals"),
        ({"personas": []}, "/personas"),
        ({"num": 0}, "/num"),
    ],
)
async def test_a_bad_order_names_the_field(
    client: EnvironmentClient, changes: dict[str, object], pointer: str
):
    wanted = request().model_copy(update=changes)
    with pytest.raises(InvalidRequestError) as caught:
        await client.draw_drafts(wanted)
    assert caught.value.errors[0].pointer == pointer


@pytest.mark.parametrize(
    ("path", "examples"),
    [("/v1/drafts", drafts.EXAMPLES), ("/v1/task-checks", task_checks.EXAMPLES)],
)
async def test_the_documented_examples_work(path: str, examples: dict[str, Example]):
    transport = httpx.ASGITransport(build(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
        for example in examples.values():
            assert "value" in example
            assert (await http.post(path, json=example["value"])).status_code == 200


async def test_an_unknown_domain_is_not_found(client: EnvironmentClient):
    nowhere = DatabaseRef(domain="bakery")
    with pytest.raises(NotFoundError):
        await client.draw_drafts(request(database=nowhere))
    drawn = (await client.draw_drafts(request(3))).drafts
    lost = [draft.model_copy(update={"domain": "bakery", "database": nowhere}) for draft in drawn]
    with pytest.raises(NotFoundError):
        await client.check_tasks(TaskCheckRequest(drafts=lost, checks=CHECKS))

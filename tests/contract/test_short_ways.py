"""What a service answers a peer of its own process as a function is what its route answers."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from seawright_environment import wiring as environment
from seawright_environment.settings import Settings as EnvironmentSettings
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.in_process import ApplicationTransport, Event
from seawright_shared.clients.operations import Operation
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.environment import (
    DraftRequest,
    TaskCheckRequest,
    VerificationRequest,
)
from seawright_shared.contracts.user_simulator import UserTurnRequest
from seawright_shared.errors import SeawrightError, SessionLostError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason, UserSpec
from seawright_user_simulator import wiring as user_simulator
from seawright_user_simulator.settings import Settings as UserSimulatorSettings

DATABASE = DatabaseRef(domain="retail", seed=1, num_customers=40)
CHECKS = [CheckConfig(id="schema"), CheckConfig(id="execution"), CheckConfig(id="selftest")]
DRAWN = DraftRequest(
    database=DATABASE, seed=3, num=12, goals={"cancel_pending_order": 1.0, "order_info": 1.0}
)


async def no_routes(
    scope: MutableMapping[str, object],
    receive: Callable[[], Awaitable[Event]],
    send: Callable[[Event], Awaitable[None]],
) -> None:
    """Answer nothing: an application that must not be asked."""
    raise AssertionError("the short way was not taken")


def peers_of(app: FastAPI) -> tuple[Peer, Peer]:
    """Return the service by its routes, and by its short ways alone."""
    operations: Sequence[Operation] = app.state.operations
    short = ApplicationTransport(no_routes, {"inner": operations})
    return (
        Peer("http://embedded", transport=ApplicationTransport(app)),
        Peer("http://embedded/inner", transport=short),
    )


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return environment.build(EnvironmentSettings())


def plain(record: BaseModel) -> object:
    """Return a record without what a clock decides."""
    return without_times(record.model_dump(mode="json"))


def without_times(value: object) -> object:
    if isinstance(value, dict):
        timed = {"milliseconds", "opened_at", "expires_at", "id"}
        return {key: without_times(inner) for key, inner in value.items() if key not in timed}
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


async def test_drafts_checks_and_verdicts_are_those_of_the_routes(app: FastAPI):
    app_routes, short = (EnvironmentClient(peer) for peer in peers_of(app))
    drawn = await app_routes.draw_drafts(DRAWN)
    assert await short.draw_drafts(DRAWN) == drawn
    request = TaskCheckRequest(drafts=drawn.drafts, checks=CHECKS)
    checked = [await client.check_tasks(request) for client in (app_routes, short)]
    assert plain(checked[0]) == plain(checked[1])
    tasks = [one.task for one in checked[0].results if one.task is not None]
    assert tasks
    for task in tasks:
        asked = VerificationRequest(
            task=task, messages=gold(task), stop_reason=StopReason.USER_STOP
        )
        verdicts = [await client.verify(asked) for client in (app_routes, short)]
        assert plain(verdicts[0]) == plain(verdicts[1])


def gold(task: Task) -> list[Message]:
    """Return the task's writes as messages; their answers are not what is compared."""
    return [
        Message(
            role="assistant",
            tool_calls=[ToolCall(id=action.id, name=action.name, arguments=action.arguments)],
        )
        for action in task.golden_actions
    ]


async def test_a_session_answers_alike_and_shares_nothing_with_its_caller(app: FastAPI):
    routes, short = (EnvironmentClient(peer) for peer in peers_of(app))
    drawn = await routes.draw_drafts(DRAWN)
    goal = next(draft.goals[0] for draft in drawn.drafts if draft.goals[0].type != "order_info")
    arguments = {"order_id": str(goal.arguments["order_id"]), "reason": "no longer needed"}
    told: list[object] = []
    for client in (routes, short):
        session = await client.open_session(DATABASE)
        call = ToolCall(id="1", name="cancel_pending_order", arguments=dict(arguments))
        answer = await session.call(call)
        assert call.arguments == arguments
        told.append((answer, session.state_hash))
        await session.close()
        with pytest.raises(SessionLostError):
            await routes.session(session.id)
    assert told[0] == told[1]


async def test_a_scripted_user_says_the_same(app: FastAPI):
    routes, _ = (EnvironmentClient(peer) for peer in peers_of(app))
    checked = await routes.check_tasks(
        TaskCheckRequest(drafts=(await routes.draw_drafts(DRAWN)).drafts, checks=CHECKS)
    )
    users = user_simulator.build(UserSimulatorSettings())
    by_route, by_short = (UserSimulatorClient(peer) for peer in peers_of(users))
    for result in checked.results:
        if result.task is not None:
            request = UserTurnRequest(
                scenario=result.task.scenario,
                messages=[Message(role="assistant", content="Hi! How can I help you today?")],
                user=UserSpec(kind="scripted", slip_rate=0.5),
                seed=7,
            )
            assert await by_short.play_turn(request) == await by_route.play_turn(request)


async def test_what_the_short_way_refuses_is_refused_in_the_routes_own_words(app: FastAPI):
    said: list[tuple[str, str]] = []
    wrong = DRAWN.model_copy(update={"goals": {"no_such_goal": 1.0}})
    operations: Sequence[Operation] = app.state.operations
    both = ApplicationTransport(app, {"": operations})
    for transport in (ApplicationTransport(app), both):
        client = EnvironmentClient(Peer("http://embedded", transport=transport))
        with pytest.raises(SeawrightError) as caught:
            await client.draw_drafts(wrong)
        said.append((caught.value.code, caught.value.detail))
    assert said[0] == said[1]

"""Checkers over HTTP: source is judged, tried and quarantined; hostile source gets its answer."""

from collections.abc import AsyncGenerator

import httpx
import psutil
import pytest

from seawright_environment.core.checker_compiling import compile_source
from seawright_environment.core.checker_probes import LAYERS, PROBES
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.world import World
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import CheckerSelfTestRequest, VerificationRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.checkers import Checker
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Attribution
from tests.support.sandboxes import check_of
from tests.support.synthesis import shop, task_of


@pytest.fixture
async def client() -> AsyncGenerator[EnvironmentClient]:
    app = build(Settings(tau2_data_dir=None, sandbox_wall_seconds=1.0))
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield EnvironmentClient(peer)
    await peer.aclose()


@pytest.fixture(scope="module")
def task() -> Task:
    return task_of("cancel_pending_order")


def answered(task: Task) -> list[Message]:
    """The golden episode with the tools' answers, as an episode records it."""
    messages = gold_script(task).messages()
    contents = iter([call.content for call in play(World.open(shop()), messages).calls])
    found: list[Message] = []
    for number, message in enumerate(messages):
        calls = [
            call.model_copy(update={"id": f"{number}_{place}"})
            for place, call in enumerate(message.tool_calls or ())
        ]
        found.append(message.model_copy(update={"tool_calls": calls or None}))
        found += [
            Message(role="tool", tool_call_id=call.id, content=next(contents)) for call in calls
        ]
    return found


def order(task: Task, checker: Checker, messages: list[Message]) -> VerificationRequest:
    return VerificationRequest(
        task=task, messages=messages, stop_reason=StopReason.USER_STOP, source_checker=checker
    )


@pytest.mark.parametrize("runtime", ["monty", "cpython"])
async def test_a_source_checker_judges_like_the_spec_it_was_compiled_from(
    runtime: str, client: EnvironmentClient, task: Task
):
    assert task.checker is not None
    source = compile_source(task.checker)
    checker = Checker.model_validate({"source": source, "runtime": runtime})
    gold = answered(task)
    right = (await client.verify(order(task, checker, gold))).verdict
    plain = VerificationRequest(task=task, messages=gold, stop_reason=StopReason.USER_STOP)
    spec = (await client.verify(plain)).verdict
    assert (right.reward, right.final_state_hash) == (1.0, spec.final_state_hash)
    assert right.checks == spec.checks
    wrong = (await client.verify(order(task, checker, []))).verdict
    assert (wrong.reward, wrong.failure_class) == (0.0, "checker:goal")


@pytest.mark.parametrize("runtime", ["monty", "cpython"])
async def test_every_hostile_checker_gets_its_answer_and_never_a_reward(
    runtime: str, client: EnvironmentClient, task: Task
):
    assert task.checker is not None
    gold = answered(task)
    hostile = [probe.source for probe in PROBES]
    hostile += [
        check_of("for i in range(10000000000):", "    x = i"),
        check_of("x = ['x' * 10000]", "for i in range(99):", "    x = x + x"),
        check_of("return check(ctx, ck)"),
        check_of("return {'ok': True, 'reward': 1.0}"),
        "def check(ctx, ck:\n",
        "x" * 100_000,
        "",
    ]
    memory = psutil.Process().memory_info().rss
    for source in hostile:
        checker = Checker.model_validate({"source": source, "runtime": runtime})
        verdict = (await client.verify(order(task, checker, gold))).verdict
        assert (verdict.ok, verdict.reward) == (False, None), source
        assert verdict.attribution is Attribution.CHECKER
    assert psutil.Process().memory_info().rss - memory < 32 << 20
    fine = Checker(source=compile_source(task.checker))
    assert (await client.verify(order(task, fine, gold))).verdict.reward == 1.0


async def test_a_batch_judges_by_source_too(client: EnvironmentClient, task: Task):
    assert task.checker is not None
    fine = Checker(source=compile_source(task.checker))
    broken = Checker(source=check_of("return 1"))
    items = [order(task, fine, answered(task)), order(task, broken, answered(task))]
    rewards = [r.verdict.reward for r in (await client.verify_batch(items)).results if r.verdict]
    assert rewards == [1.0, None]


async def test_the_gate_passes_or_quarantines_with_a_reason(client: EnvironmentClient, task: Task):
    assert task.checker is not None
    good = Checker(source=compile_source(task.checker), origin="llm")
    passed = await client.test_checker(CheckerSelfTestRequest(task=task, checker=good))
    assert (passed.checker.status, passed.checker.reason) == ("ok", "")
    assert {row.style for row in passed.selftest.styles} == {"composite", "assertions", "hash"}
    assert all(row.killed == row.mutants for row in passed.selftest.kills)

    weak = Checker(source=check_of("ck.goal('a', True)", "return ck.result()"))
    failed = await client.test_checker(CheckerSelfTestRequest(task=task, checker=weak))
    assert failed.checker.status == "quarantined"
    assert "mutants are killed" in failed.checker.reason
    verdict = (await client.verify(order(task, failed.checker, answered(task)))).verdict
    assert (verdict.reward, verdict.attribution) == (None, Attribution.CHECKER)
    assert verdict.failure_class == "checker:quarantined"


async def test_the_gate_tries_the_tasks_own_spec_where_no_checker_is_given(
    client: EnvironmentClient, task: Task
):
    own = await client.test_checker(CheckerSelfTestRequest(task=task, has_styles=False))
    assert (own.checker.status, own.selftest.styles) == ("ok", [])
    assert own.checker.spec == task.checker


async def test_a_task_without_solution_cannot_be_tried(client: EnvironmentClient, task: Task):
    bare = task.model_copy(update={"solution": None})
    with pytest.raises(InvalidRequestError, match="/task/solution"):
        await client.test_checker(CheckerSelfTestRequest(task=bare))
    unchecked = task.model_copy(update={"checker": None})
    with pytest.raises(InvalidRequestError, match="/checker"):
        await client.test_checker(CheckerSelfTestRequest(task=unchecked))


async def test_the_sandbox_says_which_layers_hold_here(client: EnvironmentClient):
    report = await client.test_sandbox()
    assert [layer.layer for layer in report.layers] == list(LAYERS)
    for layer in report.layers:
        assert layer.is_available == (layer.reason == "")
        breached = [p.probe for p in layer.probes if p.outcome == "breach"]
        assert layer.holds == (layer.is_available and not breached)
        assert not layer.is_available or layer.probes
    assert "under" in next(layer.note for layer in report.layers if layer.layer == "monty")
    held = {layer.layer for layer in report.layers if layer.holds}
    assert held >= {"ast", "monty", "process", "seccomp", "rlimits", "deadline"}
    assert report.ok

"""A source checker's verdict: right where it answers, a fault without a reward where it does not."""

from collections.abc import Iterator

import pytest
from pydantic import JsonValue, ValidationError

from seawright_environment.core.replay import Replay
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.source_checker import (
    Ask,
    Conditions,
    Sandboxes,
    SandboxFault,
    SandboxRun,
    SourceChecker,
)
from seawright_environment.core.world import World
from seawright_shared.records.checkers import Checker, CheckerSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution, Verdict
from tests.support.sandboxes import check_of, sandboxes, source_checker
from tests.support.synthesis import shop, task_of

RUNTIMES = ("monty", "cpython")


@pytest.fixture(scope="module")
def boxes() -> Iterator[Sandboxes]:
    with sandboxes() as both:
        yield both


@pytest.fixture(scope="module")
def task() -> Task:
    return task_of("cancel_pending_order")


@pytest.fixture
def gold(task: Task) -> Replay:
    return play(World.open(shop()), gold_script(task).messages())


@pytest.fixture
def idle() -> Replay:
    return play(World.open(shop()), [])


def by_hand(task: Task) -> str:
    """A checker as an author would write it."""
    order = task.golden_actions[0].arguments["order_id"]
    told = check_of(
        "made = [call['name'] for call in ctx.calls if call['ok']]",
        "ck.goal('once', sum([1 for name in made if name == 'cancel_pending_order']) == 1)",
        "ck.goal('changed', len(ctx.diff) > 0 and ctx.diff[0]['before'] != ctx.diff[0]['after'])",
        "ck.never_called('transfer_to_human_agents')",
        "ck.before('find_user_id*', ck.writes)",
        "ck.confirmed_before_writes()",
        "ck.goal('greeted', len(ctx.said(agent)) > 0 and len(ctx.said(user)) > 0)",
    ).replace("check(", "process(", 1)
    return told + check_of(
        f"order = ctx.final['orders']['{order}']",
        "ck.goal('cancelled', order['status'] == 'cancelled', 'it is ' + order['status'])",
        f"was = ctx.initial.path('orders/{order}/status')",
        "ck.goal('was pending', was == 'pending' and ctx.now == '')",
        f"paid = ctx.final.path('orders/{order}/payment_history/0/amount')",
        f"back = ctx.final.path(['orders', '{order}', 'payment_history', 1, 'amount'])",
        "ck.goal('refund', ck.money(paid) == ck.money(back), 'no refund')",
        f"ck.frame(allow=['orders/{order}/*', 'users/*/payment_methods/*'])",
        "reasons = ['no longer needed', 'ordered by mistake']",
        f"ck.any_of('reason', reasons, at='orders/{order}/cancel_reason')",
        "process(ctx, ck)",
        "return ck.result()",
    )


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_gold_has_reward_one_and_doing_nothing_zero(
    runtime: str, task: Task, gold: Replay, idle: Replay, boxes: Sandboxes
):
    checker = source_checker(by_hand(task), boxes, runtime)
    verdict = checker.judge(gold)
    assert (verdict.rationale, verdict.ok, verdict.reward) == ("", True, 1.0)
    assert len(verdict.checks) == 11
    nothing = checker.judge(idle)
    assert (nothing.ok, nothing.reward, nothing.attribution) == (False, 0.0, None)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_goal_that_does_not_hold_says_why(runtime: str, idle: Replay, boxes: Sandboxes):
    source = check_of("ck.goal('sum', 1 + 1 == 3, 'it is two')", "return ck.result()")
    verdict = source_checker(source, boxes, runtime).judge(idle)
    assert (verdict.reward, verdict.failure_class) == (0.0, "checker:goal")
    assert (verdict.rationale, verdict.attribution) == ("it is two", None)


NONSENSE = {
    "nothing": "pass",
    "true": "return True",
    "one": "return 1.0",
    "text": "return 'ok'",
    "no claims": "return ck.result()",
    "own claims": "return {'api': 'ck/1', 'claims': {'goals': []}}",
    "a verdict": "return {'ok': True, 'reward': 1.0, 'score': 1.0, 'items': []}",
    "other api": "ck.goal('a', True)\n    return {'api': 'ck/2', 'claims': ck.result()['claims']}",
    "an extra claim": "ck.goal('a', True)\n    x = ck.result()\n    x['claims']['reward'] = 1\n"
    "    return x",
    "text for a bool": "x = ck.result()\n    x['claims']['goals'] = [{'id': 'a', 'ok': 'yes', "
    "'why': ''}]\n    return x",
    "number for a bool": "x = ck.result()\n    x['claims']['confirmed'] = 1\n    return x",
    "infinite cents": "ck.said(agent, money=1e308 * 10)\n    return ck.result()",
    "a name that is a list": "ck.never_called(['a'])\n    return ck.result()",
    "an unknown party": "ck.said('system', 'x')\n    return ck.result()",
    "ten thousand goals": "for i in range(10000):\n        ck.goal('g', True)\n"
    "    return ck.result()",
    "deep nesting": "x = []\n    for i in range(900):\n        x = [x]\n"
    "    ck.any_of('a', x, at='orders')\n    return ck.result()",
    "not a key": "x = ctx.final['orders']['#NONE']\n    return ck.result()",
    "division": "ck.goal('a', 1 / 0)\n    return ck.result()",
    "cyclic": "x = [1]\n    x[0] = x\n    return x",
    "not JSON": "return {1, 2}",
    "too many questions": "for i in range(5000):\n        ctx.final.path(['orders', str(i)])\n"
    "    ck.goal('a', True)\n    return ck.result()",
    "many megabytes": "ck.goal('a', True, 'x' * 3000000)\n    return ck.result()",
    "memory": "x = ['x' * 1000]\n    for i in range(60):\n        x = x + x\n"
    "    ck.goal('a', len(x) > 0)\n    return ck.result()",
    "time": "n = 0\n    for i in range(10000000000):\n        n = n + 1\n    return ck.result()",
    "recursion": "ck.goal('a', check(ctx, ck))\n    return ck.result()",
    "refused": "import os\n    return ck.result()",
}


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", sorted(NONSENSE))
def test_a_checker_that_gives_no_answer_is_at_fault_and_gives_no_reward(
    kind: str, runtime: str, gold: Replay, boxes: Sandboxes
):
    verdict = source_checker(check_of(NONSENSE[kind]), boxes, runtime).judge(gold)
    assert (verdict.ok, verdict.reward) == (False, None)
    assert verdict.attribution is Attribution.CHECKER
    assert verdict.failure_class.startswith("checker:")
    assert verdict.rationale
    # Its neighbour does not notice.
    fine = source_checker(check_of("ck.goal('a', True)", "return ck.result()"), boxes, runtime)
    assert fine.judge(gold).reward == 1.0


class Fixed:
    """A sandbox that always comes to this."""

    def __init__(self, ran: SandboxRun) -> None:
        self.ran = ran

    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        return self.ran


def judged(ran: SandboxRun, run: Replay) -> Verdict:
    source = check_of("return ck.result()")
    boxes = Sandboxes(monty=Fixed(ran), cpython=Fixed(ran))
    return SourceChecker.of(Checker(source=source), boxes).judge(run)


@pytest.mark.parametrize("fault", [f for f in SandboxFault if f is not SandboxFault.NONE])
def test_no_fault_of_a_sandbox_becomes_a_reward(fault: SandboxFault, gold: Replay):
    verdict = judged(SandboxRun(fault=fault, detail="so it ended", value={"ok": True}), gold)
    assert verdict.reward is None
    assert "so it ended" in verdict.rationale
    is_here = fault is not SandboxFault.UNAVAILABLE
    assert verdict.attribution is (Attribution.CHECKER if is_here else Attribution.INFRA)


@pytest.mark.parametrize(
    "claim",
    [
        {"any_of": [{"id": "a", "path": [], "options": []}]},
        {"any_of": [{"id": "a", "path": ["orders", {}], "options": []}]},
        {"frames": [["a" * 20_000]]},
        {"before": [{"first": "a"}]},
        {"goals": [{"id": "a" * 1000, "ok": True, "why": ""}]},
        {"goals": {"a": True}},
    ],
)
def test_claims_are_read_strictly(claim: dict[str, JsonValue], gold: Replay):
    lists: dict[str, JsonValue] = {
        key: [] for key in ("goals", "any_of", "frames", "called", "never_called", "before", "said")
    }
    claims: JsonValue = {**lists, "confirmed": False, **claim}
    verdict = judged(SandboxRun(value={"api": "ck/1", "claims": claims}), gold)
    assert verdict.reward in (None, 0.0)
    assert not verdict.ok


def test_a_checker_is_a_spec_or_source_and_never_both():
    for wrong in ({}, {"spec": CheckerSpec(), "source": "x"}):
        with pytest.raises(ValidationError, match="either a spec or source"):
            Checker.model_validate(wrong)

"""Laws of the interpreter, on a cancelled order of the generated shop."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_environment.core.checker import check_trajectory, is_quarantined
from seawright_environment.core.selftest_scripts import gold_script, play, saying
from seawright_environment.core.world import World
from seawright_shared.records.checkers import (
    AnyOfItem,
    BeforeItem,
    CalledItem,
    CheckerSpec,
    GoalItem,
    SaidItem,
)
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution, Verdict
from tests.support.synthesis import accepted, shop, task_of


@pytest.fixture(scope="module")
def task() -> Task:
    return task_of("cancel_pending_order")


def judged(spec: CheckerSpec, messages: Sequence[Message]) -> Verdict:
    return check_trajectory(spec, play(World.open(shop()), messages))


def gold(task: Task) -> list[Message]:
    return gold_script(task).messages()


def user(text: str) -> Message:
    return Message(role="user", content=text)


def order_path(task: Task, field: str) -> list[str | int]:
    return ["orders", str(task.golden_actions[0].arguments["order_id"]), field]


def test_gold_has_reward_one_and_its_states_hash(task: Task):
    assert task.checker is not None
    verdict = judged(task.checker, gold(task))
    assert (verdict.ok, verdict.reward, verdict.attribution) == (True, 1.0, None)
    assert verdict.final_state_hash == play(World.open(shop()), gold(task)).world.state_hash()


def test_doing_nothing_has_reward_zero_and_names_the_goal(task: Task):
    assert task.checker is not None
    verdict = judged(task.checker, [])
    assert (verdict.ok, verdict.reward) == (False, 0.0)
    assert verdict.failure_class == "checker:goal"
    assert "cancel_reason is None" in verdict.rationale


@pytest.mark.parametrize(
    ("value", "ok"), [("cancelled", True), ("CANCELLED ", True), ("pending", False)]
)
def test_a_goal_compares_text_without_case_and_blanks(task: Task, value: str, ok: bool):
    spec = CheckerSpec(
        goals=[GoalItem(path=order_path(task, "status"), value=value, compare="text")],
        frame=["*"],
    )
    assert judged(spec, gold(task)).ok is ok


def test_any_of_accepts_each_option_and_no_other(task: Task):
    path = order_path(task, "cancel_reason")
    both: list[JsonValue] = ["no longer needed", "ordered by mistake"]
    free = CheckerSpec(any_of=[AnyOfItem(path=path, options=both)], frame=["*"])
    wrong = CheckerSpec(any_of=[AnyOfItem(path=path, options=["lost"])], frame=["*"])
    assert judged(free, gold(task)).ok
    assert not judged(wrong, gold(task)).ok


def test_the_frame_forbids_every_change_it_does_not_name(task: Task):
    order = str(task.golden_actions[0].arguments["order_id"])
    assert not judged(CheckerSpec(), gold(task)).ok
    assert not judged(CheckerSpec(frame=[f"orders/{order}/status"]), gold(task)).ok
    assert judged(CheckerSpec(frame=[f"orders/{order}/*", "users/*"]), gold(task)).ok
    assert judged(CheckerSpec(), []).ok


def test_called_asks_for_a_call_that_succeeded(task: Task):
    item = CalledItem(name="get_order_details", arguments={"order_id": "#W0"})
    call = ToolCall(id="c", name="get_order_details", arguments={"order_id": "#W0"})
    refused = [Message(role="assistant", tool_calls=[call])]
    assert not judged(CheckerSpec(called=[item]), refused).ok
    real = CalledItem(name="find_user_id_*")
    assert judged(CheckerSpec(called=[real], frame=["*"]), gold(task)).ok


def test_never_called_counts_refused_calls_too():
    call = ToolCall(id="c", name="cancel_pending_order", arguments={"order_id": "#W0"})
    messages = [Message(role="assistant", tool_calls=[call])]
    assert not judged(CheckerSpec(never_called=["cancel_*"]), messages).ok
    assert not judged(CheckerSpec(never_called=["writes"]), messages).ok
    assert judged(CheckerSpec(never_called=["modify_*"]), messages).ok


def test_before_holds_where_the_first_comes_first_and_where_nothing_follows(task: Task):
    spec = CheckerSpec(before=[BeforeItem(first="find_user_id_*", then="writes")], frame=["*"])
    assert judged(spec, gold(task)).ok
    assert judged(spec, []).ok
    unidentified = [m for m in gold(task) if not is_lookup(m)]
    assert judged(spec, unidentified).failure_class == "checker:before"


def is_lookup(message: Message) -> bool:
    return any(call.name.startswith("find_user") for call in message.tool_calls or ())


def conversation(task: Task, between: list[Message]) -> list[Message]:
    assert task.solution is not None
    write = task.solution.steps[0].writes[0]
    return [*between, Message(role="assistant", tool_calls=[write])]


def test_a_write_needs_a_yes_to_a_proposal_that_names_its_details(task: Task):
    assert task.solution is not None
    spec = CheckerSpec(confirmed_before_writes=True, frame=["*"])
    proposal = saying(task.solution.steps[0].proposal or "")
    vague = saying("Shall I do it?")

    def ok(*between: Message) -> bool:
        return judged(spec, conversation(task, list(between))).ok

    assert ok(proposal, user("Yes, please."))
    assert ok(proposal, user("yes"), saying("One moment."), user("ok, thanks"))
    assert ok(vague, user("Yes"), proposal, user("Sounds good"))
    assert not ok()
    assert not ok(user("Yes."))
    assert not ok(proposal)
    assert not ok(proposal, user("No."))
    assert not ok(proposal, user("Yes."), saying("Sure?"), user("No, wait."))
    assert not ok(vague, user("Yes."))
    assert not ok(proposal, user("I also want to know something."))
    assert not ok(proposal, user("Yes."), vague, user("Yes."))


def test_a_yes_is_used_up_by_its_write_once_the_customer_speaks_again(task: Task):
    assert task.solution is not None
    spec = CheckerSpec(confirmed_before_writes=True, frame=["*"])
    order = task.golden_actions[0].arguments["order_id"]
    first = saying(f"I will ship order {order} to 1 A Street, 2, X, CA, USA, 94016. Cancel it too?")
    address: dict[str, JsonValue] = {
        "order_id": order,
        "address1": "1 A Street",
        "address2": "2",
        "city": "X",
        "state": "CA",
        "country": "USA",
        "zip": "94016",
    }
    ship = ToolCall(id="s", name="modify_pending_order_address", arguments=address)
    shipped = [first, user("Yes."), Message(role="assistant", tool_calls=[ship])]
    assert judged(spec, conversation(task, shipped)).ok
    again = [*shipped, saying("Done."), user("Now cancel it.")]
    assert judged(spec, conversation(task, again)).failure_class == "checker:confirmed"


@pytest.mark.parametrize(
    ("text", "cents", "ok"),
    [
        ("You paid $42.10.", 4210, True),
        ("You paid 42.1 dollars", 4210, True),
        ("It was $1,234.50 in all", 123450, True),
        ("It is 42", 4200, True),
        ("Order 14210", 4210, False),
        ("It is 42.10.3", 4210, False),
        ("You paid $142.10.", 4210, False),
        ("9" * 5000, 4210, False),
        ("1," * 5000 + "1x", 4210, False),
    ],
)
def test_an_amount_is_said_as_an_amount_not_as_a_piece_of_text(text: str, cents: int, ok: bool):
    assert judged(CheckerSpec(said=[SaidItem(cents=cents)]), [saying(text)]).ok is ok


def test_said_heeds_word_boundaries_roles_and_alternatives():
    def ok(item: SaidItem, message: Message) -> bool:
        return judged(CheckerSpec(said=[item]), [message]).ok

    assert ok(SaidItem(text="Is Pending"), saying("Your order  is   pending."))
    assert not ok(SaidItem(text="end"), saying("It is pending."))
    assert not ok(SaidItem(text="pending"), user("pending?"))
    assert ok(SaidItem(any_of=["cannot", "unable"]), saying("I am unable to."))
    assert not ok(SaidItem(any_of=["cannot", "unable"]), saying("I will."))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
tool_names = st.sampled_from(
    ["cancel_pending_order", "modify_user_address", "get_user_details", "calculate", "none_such"]
)
turns = st.one_of(
    st.builds(saying, st.text(max_size=30)),
    st.builds(user, st.text(max_size=30)),
    st.builds(
        lambda name, arguments: Message(
            role="assistant", tool_calls=[ToolCall(id="c", name=name, arguments=arguments)]
        ),
        tool_names,
        st.dictionaries(st.sampled_from(["order_id", "user_id", "reason", "x"]), json_values),
    ),
)


@given(messages=st.lists(turns, max_size=6), pick=st.integers(0, 50))
def test_whatever_an_agent_does_is_judged_not_quarantined(messages: list[Message], pick: int):
    spec = accepted()[pick].checker
    assert spec is not None
    verdict = judged(spec, messages)
    assert not is_quarantined(verdict)
    assert verdict.reward == 0.0


def test_a_checker_that_cannot_be_applied_gives_no_reward(task: Task):
    uncomparable: list[JsonValue] = [{"a": 1}]
    spec = CheckerSpec(frame=["*"]).model_construct(
        goals=[GoalItem(path=["orders"], value=uncomparable)],
        said=[SaidItem.model_construct(text=1, role="assistant", any_of=[], cents=None)],
        any_of=[],
        frame=["*"],
        called=[],
        never_called=[],
        before=[],
        confirmed_before_writes=False,
    )
    verdict = judged(spec, gold(task))
    assert verdict.reward is None
    assert verdict.attribution is Attribution.CHECKER
    assert is_quarantined(verdict)


def test_verdicts_do_not_depend_on_the_hash_seed():
    script = (
        "from tests.support.synthesis import *\n"
        "from seawright_environment.core.selftest_scripts import *\n"
        "from seawright_environment.core.checker import *\n"
        "tasks = [c.task for c in map(check, drafts(order(150, seed=2))) if c.task]\n"
        "for t in tasks:\n"
        "    print(t.id, t.selftest.model_dump_json())\n"
        "    run = play(World.open(shop()), gold_script(t).messages())\n"
        "    print(check_trajectory(t.checker, run).model_dump_json())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    assert b"task_" in outputs.pop()

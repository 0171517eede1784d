"""Laws of policies that do not read."""

from seawright_orchestrator.core.baselines import measured, over_limit, plays_of
from seawright_shared.records.checkers import CheckerSpec
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import GoldenAction, Scenario, Task, Wish
from seawright_shared.records.verdicts import Verdict

TASK = Task(
    id="task_1",
    domain="retail",
    database=DatabaseRef(domain="retail"),
    scenario=Scenario(persona="plain", opening="Cancel #W1.", wishes=[Wish(text="to cancel")]),
    golden_actions=[
        GoldenAction(id="a", name="cancel_order", arguments={"order_id": "#W1"}),
        GoldenAction(id="b", name="reboot", arguments={}, requestor="user"),
    ],
)
REFUSAL = TASK.model_copy(
    update={
        "golden_actions": [],
        "checker": CheckerSpec(never_called=["cancel_order", "transfer_to_human_agents", "mod*"]),
    }
)


def calls(task: Task, policy: str) -> list[tuple[str, dict[str, object]]]:
    play = next(play for play in plays_of(task) if play.policy == policy)
    return [(call.name, dict(call.arguments)) for m in play.messages for call in m.tool_calls or ()]


def verdict(reward: float | None) -> Verdict:
    return Verdict(subject="trajectory", ok=reward == 1.0, stage="checker", reward=reward)


def test_each_policy_knows_no_more_than_the_opening_and_calls_what_its_name_says():
    assert [play.policy for play in plays_of(TASK)] == ["noop", "refuse", "transfer", "greedy"]
    assert calls(TASK, "noop") == calls(TASK, "refuse") == []
    assert [name for name, _ in calls(TASK, "transfer")] == ["transfer_to_human_agents"]
    assert calls(TASK, "greedy") == [("cancel_order", {"order_id": "#W1"})]
    users = {m.content for play in plays_of(TASK) for m in play.messages if m.role == "user"}
    assert users == {"Cancel #W1.", "###STOP###"}


def test_greedy_tries_what_is_forbidden_where_nothing_is_to_be_done():
    assert calls(REFUSAL, "greedy") == [("cancel_order", {})]


def test_a_share_counts_what_could_be_judged_and_only_a_higher_one_is_over_the_limit():
    tasks = [TASK.model_copy(update={"id": f"task_{number}"}) for number in range(5)]
    verdicts = [verdict(1.0), verdict(0.0), verdict(None), None, verdict(1.0)]
    found = measured("refuse", tasks, verdicts)
    assert (found.num_passed, found.num_tasks, found.task_ids) == (2, 3, ["task_0", "task_4"])
    assert found.share == round(2 / 3, 6)
    assert over_limit([found], 0.5) == [found]
    assert over_limit([found], found.share) == []

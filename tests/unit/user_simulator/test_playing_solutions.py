"""The phrases work: right agents get every reward, wrong ones none."""

from collections.abc import Callable, Iterator

import pytest

from seawright_environment.core.checker import check_trajectory
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import Solution, SolutionStep, Task
from seawright_shared.records.trajectories import UserSpec
from tests.support.synthesis import AUTHOR, accepted, shop
from tests.unit.user_simulator.playing import MAX_TURNS, Played, play, right_agent

Agent = Callable[[Solution], Iterator[str | ToolCall]]


def reward(task: Task, played: Played) -> float | None:
    assert task.checker is not None
    return check_trajectory(task.checker, played.run).reward


def played(task: Task, agent: Agent = right_agent, *, seed: int = 0) -> Played:
    assert task.solution is not None
    return play(shop(), task, agent(task.solution), seed=seed)


def test_the_right_agent_earns_every_reward_of_two_hundred_tasks():
    tasks = accepted()
    assert len(tasks) >= 200
    outcomes = [(task, played(task, seed=seed)) for seed, task in enumerate(tasks)]
    assert [task.id for task, run in outcomes if reward(task, run) != 1.0] == []
    assert all(run.stop in {"stop", "transfer"} for _, run in outcomes)
    assert sum(run.num_turns for _, run in outcomes) / len(outcomes) < 10


def test_every_goal_type_is_among_the_accepted():
    seen = {goal for task in accepted() for goal in task.goal_types}
    assert seen == set(AUTHOR.goal_types)


def test_texts_are_short_enough_for_a_small_model():
    words = [
        len(message.content.split())
        for task in accepted()
        for message in played(task).messages
        if message.content and message.role in {"user", "assistant"}
    ]
    assert sum(words) / len(words) < 15
    assert sorted(words)[int(0.95 * len(words))] <= 35


def unconfirmed(solution: Solution) -> Iterator[str | ToolCall]:
    steps = [step.model_copy(update={"proposal": None}) for step in solution.steps]
    return right_agent(solution.model_copy(update={"steps": steps}))


def wrong_id(solution: Solution) -> Iterator[str | ToolCall]:
    return right_agent(solution.model_copy(update={"steps": [_spoilt(s) for s in solution.steps]}))


def _spoilt(step: SolutionStep) -> SolutionStep:
    writes = [
        call.model_copy(
            update={
                "arguments": {
                    **call.arguments,
                    **{k: "#W0000000" for k in call.arguments if k == "order_id"},
                    **{k: "1 Wrong Street" for k in call.arguments if k == "address1"},
                }
            }
        )
        for call in step.writes
    ]
    return step.model_copy(update={"writes": writes})


def silent(solution: Solution) -> Iterator[str | ToolCall]:
    for _ in range(MAX_TURNS):
        yield ""


def chatty(solution: Solution) -> Iterator[str | ToolCall]:
    for index in range(MAX_TURNS):
        yield ("Let me think.", "Is there anything else?", "Shall I proceed? (yes/no)")[index % 3]


def claiming(solution: Solution) -> Iterator[str | ToolCall]:
    """Reports everything, does nothing."""
    yield solution.ask_identity
    for step in solution.steps:
        if step.proposal:
            yield step.proposal
        yield step.report


@pytest.mark.parametrize("agent", [unconfirmed, wrong_id, silent, chatty, claiming])
def test_a_wrong_agent_earns_nothing(agent: Agent):
    tasks = [task for task in accepted() if task.outcome == "fulfil"][:60]
    assert tasks
    assert {reward(task, played(task, agent)) for task in tasks} == {0.0}


@pytest.mark.parametrize("agent", [silent, chatty, claiming])
def test_doing_nothing_earns_nothing_on_any_task(agent: Agent):
    assert {reward(task, played(task, agent)) for task in accepted()} == {0.0}


@pytest.mark.parametrize("agent", [silent, chatty])
def test_a_useless_agent_is_left_within_the_customers_patience(agent: Agent):
    for task in accepted()[:60]:
        run = played(task, agent)
        assert run.stop == "stop"
        assert run.num_turns <= 2 * task.scenario.patience_turns + 3


def test_the_customer_never_agrees_to_another_order():
    for task in accepted():
        assert task.solution is not None
        for step in task.solution.steps:
            if step.proposal and "#W" in step.proposal:
                other = step.proposal.replace("#W", "#W9")
                run = play(shop(), task, iter([task.solution.ask_identity, other]))
                assert (run.messages[-1].content or "").startswith("No.")


def test_slips_break_right_plays_and_each_broken_play_names_its_slip():
    user = UserSpec(slip_rate=0.3)
    broken = 0
    for seed, task in enumerate(accepted()[:150]):
        assert task.solution is not None
        run = play(shop(), task, right_agent(task.solution), user=user, seed=seed)
        if reward(task, run) != 1.0:
            assert run.slips
            broken += 1
    assert broken > 20

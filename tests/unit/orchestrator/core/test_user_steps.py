"""Laws of which of a user's turns may be learned."""

import pytest

from seawright_orchestrator.core.user_steps import num_right_messages
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Deed, Fact, Scenario, Wish
from seawright_shared.records.trajectories import (
    AgentSpec,
    Slip,
    StopReason,
    Trajectory,
    UserSpec,
)
from seawright_shared.records.verdicts import Attribution, Verdict

WON = Verdict(subject="trajectory", ok=True, stage="checker", reward=1.0)
SPOILED = Verdict(
    subject="trajectory", ok=False, stage="checker", attribution=Attribution.USER, reward=None
)
SCENARIO = Scenario(
    persona="plain",
    opening="Please cancel my order #W12.",
    wishes=[Wish(text="to cancel #W12")],
    facts=[
        Fact(key="zip", text="My zip is 90210.", when="on_ask"),
        Fact(key="pin", text="My PIN is 4711.", when="never"),
    ],
    deeds=[Deed(name="toggle_data", arguments={"on": True}, cues=[["data"]], says="{result}")],
)


def agent(text: str) -> Message:
    return Message(role="assistant", content=text)


def user(text: str) -> Message:
    return Message(role="user", content=text)


def trajectory(*messages: Message, slips: list[Slip] | None = None) -> Trajectory:
    return Trajectory(
        id="traj_1",
        episode_id="ep_1",
        task_id="task_1",
        agent=AgentSpec(kind="scripted"),
        user=UserSpec(),
        seed=0,
        messages=[agent("Hi!"), *messages],
        stop_reason=StopReason.USER_STOP,
        slips=slips or [],
    )


def right(*messages: Message, verdict: Verdict = WON, slips: list[Slip] | None = None) -> int:
    return num_right_messages(trajectory(*messages, slips=slips), SCENARIO, verdict)


def test_a_play_in_which_the_user_says_what_he_knows_and_heard_is_right_as_a_whole():
    messages = [
        user("Please cancel my order #W12."),
        agent("That gives back $12.50 by 2024-05-01. Is that right, and what is your zip?"),
        user("Yes. 90210, and thanks for the 12.50!"),
        agent("Done."),
        user("###STOP###"),
    ]
    assert right(*messages) == 6


@pytest.mark.parametrize("text", ["My PIN is 4711.", "It is order #W13.", "My zip is 90211."])
def test_a_telling_word_that_he_does_not_know_ends_what_is_right(text: str):
    messages = [user("Please cancel my order #W12."), agent("Sure?"), user(text), agent("So?")]
    assert right(*messages) == 3


def test_what_only_the_agents_tools_said_is_not_known_to_the_user():
    call = Message(role="assistant", tool_calls=[ToolCall(id="c", name="look")])
    found = Message(role="tool", content="9999", tool_call_id="c", requestor="assistant")
    own = Message(role="tool", content="9999", tool_call_id="c", requestor="user")
    assert right(user("Hello."), call, found, agent("So?"), user("9999")) == 5
    assert right(user("Hello."), call, own, agent("So?"), user("9999")) == 6


@pytest.mark.parametrize(
    ("name", "arguments", "num"),
    [
        ("toggle_data", {"on": True}, 3),
        ("toggle_data", {"on": False}, 2),
        ("reboot", {}, 2),
    ],
)
def test_a_deed_that_is_none_of_his_ends_what_is_right(
    name: str, arguments: dict[str, bool], num: int
):
    calls = [ToolCall(id="c", name=name, arguments={**arguments}, requestor="user")]
    assert right(agent("Turn your data on."), Message(role="user", tool_calls=calls)) == num


def test_recorded_slips_and_empty_turns_end_what_is_right():
    messages = [user("Hello."), agent("Yes?"), user("Bye."), agent("Bye."), user("###STOP###")]
    slip = Slip(by="user", kind="stopped_early", message=3)
    assert right(*messages, slips=[slip]) == 3
    assert right(*messages, slips=[slip.model_copy(update={"by": "assistant"})]) == 6
    assert right(user("Hello."), agent("Yes?"), user(" ")) == 3


def test_leaving_a_play_that_failed_by_his_fault_is_wrong_and_what_came_before_is_not():
    messages = [user("Hello."), agent("Shall I?"), user("###STOP###")]
    assert right(*messages, verdict=SPOILED) == 3
    assert right(*messages) == 4

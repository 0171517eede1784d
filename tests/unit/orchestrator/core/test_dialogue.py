"""Laws of the turn protocol."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.dialogue import (
    GREETING,
    STOP_WORDS,
    Dialogue,
    Limits,
    agent_spoke,
    begin,
    context_filled,
    pending,
    seen_by_agent,
    seen_by_user,
    tools_answered,
    user_spoke,
    without_reasoning,
)
from seawright_shared.records.messages import Message, ToolCall, ToolResult
from seawright_shared.records.trajectories import StopReason

LIMITS = Limits(max_turns=12, max_errors=4, max_bad_turns=3)


def agent(**fields: Any) -> Message:
    return Message(role="assistant", **fields)


def user(**fields: Any) -> Message:
    return Message(role="user", **fields)


def call(name: str = "look", call_id: str = "same") -> ToolCall:
    return ToolCall(id=call_id, name=name)


def answered(dialogue: Dialogue, *, error: bool = False) -> Dialogue:
    _, calls = pending(dialogue)
    return tools_answered(
        dialogue, [ToolResult(call_id=one.id, content="ok", error=error) for one in calls]
    )


def greeted(limits: Limits = LIMITS) -> Dialogue:
    return user_spoke(begin(limits), user(content="hello"))


AGENT_TURNS = st.one_of(
    st.builds(agent, content=st.sampled_from(["hello", "", "  ", "yes"])),
    st.builds(
        lambda num, text: agent(content=text, tool_calls=[call() for _ in range(num)]),
        st.integers(0, 3),
        st.sampled_from([None, "let me look"]),
    ),
    st.just(agent(content="<tool_call>{", malformed="<tool_call>{")),
)
USER_TURNS = st.one_of(
    st.builds(user, content=st.sampled_from(["hi", "yes", "no", "bye ###STOP###", ""])),
    st.just(user(tool_calls=[call("toggle_data")])),
)


@st.composite
def dialogues(draw: st.DrawFn) -> Dialogue:
    dialogue = begin(LIMITS)
    for _ in range(draw(st.integers(0, 30))):
        match dialogue.next:
            case "agent":
                dialogue = agent_spoke(dialogue, draw(AGENT_TURNS))
            case "user":
                dialogue = user_spoke(dialogue, draw(USER_TURNS))
            case "tools":
                dialogue = answered(dialogue, error=draw(st.booleans()))
            case "nobody":
                break
    return dialogue


@given(dialogues())
def test_nobody_speaks_exactly_when_there_is_a_reason_to_stop(dialogue: Dialogue):
    assert (dialogue.next == "nobody") == (dialogue.stop is not None)


@given(dialogues())
def test_every_dialogue_ends_within_its_limits(dialogue: Dialogue):
    assert dialogue.num_turns <= LIMITS.max_turns
    assert dialogue.num_tool_errors <= LIMITS.max_errors + 2  # calls of one message are all made
    assert dialogue.num_bad_turns <= LIMITS.max_bad_turns


@given(dialogues())
def test_every_result_answers_a_call_of_its_own_side_by_an_id_that_is_used_once(
    dialogue: Dialogue,
):
    calls = [one for message in dialogue.messages for one in message.tool_calls or ()]
    assert len({one.id for one in calls}) == len(calls)
    owners = {one.id: one.requestor for one in calls}
    for message in dialogue.messages:
        if message.role == "tool" and message.tool_call_id is not None:
            assert owners[message.tool_call_id] == message.requestor


@given(dialogues())
def test_the_user_never_sees_the_agents_calls_results_or_thoughts(dialogue: Dialogue):
    for message in seen_by_user(dialogue.messages):
        assert message.reasoning is None
        assert message.malformed is None
        if message.role == "assistant":
            assert message.content
            assert not message.tool_calls
        if message.role == "tool":
            assert message.requestor == "user"


@given(dialogues())
def test_the_user_sees_all_his_own_calls_and_their_results(dialogue: Dialogue):
    own = [
        message
        for message in dialogue.messages
        if message.role == "user" or (message.role == "tool" and message.requestor == "user")
    ]
    seen = [message for message in seen_by_user(dialogue.messages) if message.role != "assistant"]
    assert seen == own


@given(dialogues())
def test_the_agent_never_sees_the_users_calls_or_results(dialogue: Dialogue):
    for message in seen_by_agent(dialogue.messages):
        if message.role == "user":
            assert message.content
            assert not message.tool_calls
        if message.role == "tool":
            assert message.requestor == "assistant"


@given(dialogues())
def test_what_the_agent_is_told_piece_by_piece_is_what_it_sees_as_a_whole(dialogue: Dialogue):
    for cut in range(len(dialogue.messages) + 1):
        pieces = seen_by_agent(dialogue.messages[:cut]) + seen_by_agent(dialogue.messages[cut:])
        assert pieces == seen_by_agent(dialogue.messages)


def test_the_agent_greets_first_and_the_user_answers():
    dialogue = begin(LIMITS)
    assert dialogue.next == "user"
    assert dialogue.messages[0].content == GREETING
    assert seen_by_user(dialogue.messages)[0].content == GREETING
    assert dialogue.num_turns == 0


@pytest.mark.parametrize("word", STOP_WORDS)
def test_a_stop_word_ends_the_dialogue(word: str):
    assert user_spoke(begin(LIMITS), user(content=f"Thanks. {word}")).stop == StopReason.USER_STOP


def test_a_stop_word_beside_a_call_is_not_heard():
    spoken = user_spoke(begin(LIMITS), user(content="###STOP###", tool_calls=[call()]))
    assert spoken.next == "tools"


def test_a_stop_in_the_last_allowed_turn_still_counts():
    dialogue = begin(Limits(max_turns=1))
    assert user_spoke(dialogue, user(content="###STOP###")).stop == StopReason.USER_STOP


def test_reasoning_reaches_neither_the_user_nor_the_verifier():
    dialogue = agent_spoke(greeted(), agent(content="It is 12 dollars.", reasoning="secret 99"))
    assert "secret" not in str(seen_by_user(dialogue.messages))
    assert "secret" not in str(without_reasoning(dialogue.messages))
    assert "secret" in str(dialogue.messages)


def test_text_beside_calls_is_kept_but_delivered_to_nobody():
    dialogue = agent_spoke(greeted(), agent(content="I look it up", tool_calls=[call()]))
    assert dialogue.messages[-1].content == "I look it up"
    assert "I look it up" not in str(seen_by_user(dialogue.messages))


def test_an_empty_list_of_calls_is_no_call():
    dialogue = agent_spoke(greeted(), agent(content="hello", tool_calls=[]))
    assert dialogue.next == "user"


def test_a_malformed_call_is_answered_with_an_error_and_never_executed_or_shown():
    dialogue = agent_spoke(greeted(), agent(content="<tool_call>{", malformed="<tool_call>{"))
    assert dialogue.next == "agent"
    assert dialogue.messages[-1].error
    assert dialogue.num_tool_errors == 1
    assert "<tool_call>" not in str(seen_by_user(dialogue.messages))


def test_three_bad_turns_in_a_row_end_the_episode_and_a_good_one_forgives():
    bad = agent(content="")
    dialogue = agent_spoke(agent_spoke(greeted(), bad), bad)
    forgiven = user_spoke(agent_spoke(dialogue, agent(content="hm")), user(content="yes"))
    assert agent_spoke(forgiven, bad).stop is None
    assert agent_spoke(dialogue, bad).stop == StopReason.AGENT_ERROR


@pytest.mark.parametrize("name", ["transfer_to_human_agents", "done"])
def test_a_handover_that_succeeded_ends_the_episode(name: str):
    dialogue = agent_spoke(greeted(), agent(tool_calls=[call(name)]))
    assert answered(dialogue).stop == StopReason.AGENT_STOP
    assert answered(dialogue, error=True).stop is None


def test_a_users_call_of_an_ending_tool_ends_nothing():
    dialogue = user_spoke(begin(LIMITS), user(tool_calls=[call("done")]))
    assert answered(dialogue).next == "user"


def test_too_many_refused_calls_end_the_episode():
    dialogue = greeted()
    for _ in range(LIMITS.max_errors):
        assert dialogue.stop is None
        dialogue = answered(agent_spoke(dialogue, agent(tool_calls=[call()])), error=True)
    assert dialogue.stop == StopReason.MAX_ERRORS


def test_a_call_made_in_the_last_turn_is_still_answered():
    dialogue = agent_spoke(greeted(Limits(max_turns=2)), agent(tool_calls=[call()]))
    assert dialogue.next == "tools"
    assert answered(dialogue).stop == StopReason.MAX_TURNS


def test_a_user_who_says_nothing_broke_his_protocol():
    assert user_spoke(begin(LIMITS), user(content=" ")).stop == StopReason.USER_ERROR


def test_a_full_context_ends_the_episode_and_keeps_what_was_said():
    dialogue = context_filled(greeted(), agent(content="I was about to"))
    assert dialogue.stop == StopReason.CONTEXT_FULL
    assert dialogue.messages[-1].content == "I was about to"
    assert context_filled(greeted(), agent()).messages == greeted().messages

from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Fact, Scenario, Wish
from seawright_shared.records.trajectories import UserSpec
from seawright_user_simulator.core.ports import Cue, Reply
from seawright_user_simulator.core.scripted_user import agent_turns, scripted_reply

SCENARIO = Scenario(
    persona="plain",
    opening="Hi. I want to cancel an order.",
    wishes=[
        Wish(
            text="I want to cancel order #W1234567. Reason: no longer needed.",
            mentions=["cancel", "#W1234567", "no longer needed"],
        ),
        Wish(
            text="One more thing. What is the status of order #W7654321?",
            mentions=["#W7654321"],
            expects="info",
        ),
    ],
    facts=[
        Fact(key="identity", text="My email is a.b12@example.com.", when="on_ask", cues=["email"]),
        Fact(key="wish_0", text="It is order #W1234567.", when="on_ask", cues=["which", "order"]),
        Fact(key="wish_1", text="It is order #W7654321.", when="upfront", cues=["which", "order"]),
        Fact(key="secret", text="I am a spy.", when="never", cues=["email", "spy"]),
    ],
    patience_turns=4,
)
GREETING = "Hi! How can I help you today?"
ASK = "Sure. What is your email?"
PROPOSAL = "I will cancel order #W1234567, reason: no longer needed. Shall I proceed? (yes/no)"
REPORT = "Done: order #W1234567 is cancelled. Is there anything else I can help with?"
ANSWER = "Order #W7654321 is pending. Is there anything else I can help with?"

agent_texts = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from([ASK, PROPOSAL, REPORT, ANSWER, "Which order?", "I cannot do that."]),
    ),
    max_size=12,
)


def talk(texts: list[str], *, seed: int = 0, slip_rate: float = 0.0) -> list[Reply]:
    """Say the greeting and the texts; return the user's replies until he stops."""
    messages: list[Message] = []
    replies: list[Reply] = []
    for text in [GREETING, *texts]:
        messages.append(Message(role="assistant", content=text))
        replies.append(reply(messages, seed=seed, slip_rate=slip_rate))
        messages.append(replies[-1].message)
        if replies[-1].stop:
            break
    return replies


def reply(messages: list[Message], *, seed: int = 0, slip_rate: float = 0.0) -> Reply:
    user = UserSpec(slip_rate=slip_rate)
    return scripted_reply(Cue(scenario=SCENARIO, messages=messages, user=user, seed=seed))


def words(replies: list[Reply]) -> list[str]:
    return [said.message.content or "" for said in replies]


def test_the_customer_opens_tells_agrees_goes_on_and_says_goodbye():
    said = words(talk([ASK, PROPOSAL, REPORT, ANSWER]))
    assert said[0] == SCENARIO.opening
    assert said[1] == "My email is a.b12@example.com."
    assert said[2].startswith("Yes")
    assert said[3] == SCENARIO.wishes[1].text
    assert "###STOP###" in said[4]


def test_he_opens_also_where_nobody_greeted_him():
    assert reply([]).message.content == SCENARIO.opening


@given(texts=agent_texts, seed=st.integers(0, 5))
def test_the_same_transcript_has_the_same_reply(texts: list[str], seed: int):
    assert talk(texts, seed=seed, slip_rate=0.4) == talk(texts, seed=seed, slip_rate=0.4)


@given(texts=agent_texts)
def test_every_reply_is_text(texts: list[str]):
    assert all(said.strip() for said in words(talk(texts)))


@given(text=st.text(max_size=80))
def test_an_agent_that_repeats_itself_is_left(text: str):
    assert talk([text] * 20)[-1].stop is not None


@given(texts=agent_texts)
def test_after_a_yes_he_never_leaves_happily_before_the_report(texts: list[str]):
    for said, before in zip(talk(texts), [GREETING, *texts], strict=False):
        if said.stop == "stop" and "does not help" not in (said.message.content or ""):
            assert before.strip()
    said = words(talk([PROPOSAL, "Thank you for waiting."]))
    assert said[-1] == "Please go ahead."


def test_a_proposal_of_another_order_is_declined_with_the_right_one():
    wrong = PROPOSAL.replace("#W1234567", "#W9999999")
    assert words(talk([ASK, wrong]))[-1] == f"No. {SCENARIO.wishes[0].text}"


def test_a_proposal_that_names_a_further_id_is_declined():
    assert words(talk([ASK, f"{PROPOSAL} And order #W9999999 too."]))[-1].startswith("No.")


def test_a_proposal_that_leaves_out_the_reason_is_declined():
    text = "I will cancel order #W1234567. Shall I proceed? (yes/no)"
    said = words(talk([ASK, "Which order?", text]))
    assert said[-1].startswith("No.")


def test_details_are_told_when_asked_and_only_those_of_the_wish_in_hand():
    assert words(talk(["Which order is it?"]))[-1] == "It is order #W1234567."
    later = words(talk([ASK, PROPOSAL, REPORT, "Which order is it?"]))[-1]
    assert later == "It is order #W7654321."


def test_what_he_never_tells_stays_untold():
    assert "spy" not in " ".join(words(talk(["Are you a spy? What is your email?"])))


def test_a_polite_question_that_speaks_of_proceeding_is_still_a_question():
    text = "I'd be happy to help! To proceed, could you provide your email address?"
    assert words(talk([text]))[-1].startswith("My email is")


def test_a_transfer_ends_the_episode_as_a_transfer():
    last = talk(["YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."])[-1]
    assert last.stop == "transfer"
    assert last.message.content == "###TRANSFER###"


def test_an_offer_of_more_settles_nothing():
    assert SCENARIO.wishes[0].text in words(talk(["Is there anything else I can help with?"]))[-1]


def test_an_order_that_was_delivered_is_not_a_report():
    assert talk(["I see that order #W1234567 has been delivered."])[-1].stop is None


def test_text_beside_a_tool_call_is_not_heard():
    call = ToolCall(id="1", name="t")
    messages = [
        Message(role="assistant", content=GREETING),
        Message(role="user", content="x"),
        Message(role="assistant", content="hidden", tool_calls=[call]),
        Message(role="assistant", content="one"),
        Message(role="assistant", content="two"),
    ]
    assert agent_turns(messages) == [GREETING, "one\ntwo"]


def test_without_slips_nothing_is_recorded_and_with_them_every_kind_is():
    texts = [ASK, PROPOSAL, REPORT, ANSWER]
    assert all(said.slip is None for said in talk(texts))
    kinds = {s.slip for seed in range(200) for s in talk(texts, seed=seed, slip_rate=0.5)}
    assert kinds == {None, "stopped_early", "wrong_fact", "unknown_fact"}


def test_a_slip_of_stopping_early_ends_the_episode():
    for seed in range(100):
        for said in talk([ASK, PROPOSAL], seed=seed, slip_rate=0.5):
            assert (said.slip == "stopped_early") == (said.stop is not None)

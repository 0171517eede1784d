"""Laws of the oracle agent."""

import random

import pytest

from seawright_orchestrator.core.near_misses import near_miss
from seawright_orchestrator.core.scripted_agent import ANYTHING_ELSE, LEFT_ALONE, ScriptedAgent
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import EnvironmentCall, Guidance, Solution, SolutionStep

FIND = ToolCall(id="1", name="find_user", arguments={"email": "Ann@x.org"})
READ = ToolCall(id="2", name="get_order", arguments={"order_id": "#W1000001"})
WRITE = ToolCall(id="3", name="cancel", arguments={"order_id": "#W1000001", "reason": "mistake"})
SOLUTION = Solution(
    ask_identity="Who are you?",
    identify=[FIND],
    steps=[
        SolutionStep(reads=[READ], proposal="Cancel it? (yes/no)", writes=[WRITE], report="Done."),
        SolutionStep(report="It costs 5 dollars."),
    ],
)
RESULT = Message(role="tool", content="#W1000001 #W2000002", requestor="assistant")


def said(text: str) -> Message:
    return Message(role="user", content=text)


def made(message: Message) -> str:
    return message.tool_calls[0].name if message.tool_calls else message.content or ""


def played(agent: ScriptedAgent, heard: list[Message]) -> list[Message]:
    return [agent.turn([one]) for one in heard]


def oracle(slip_rate: float = 0.0, seed: int = 0) -> ScriptedAgent:
    return ScriptedAgent(solution=SOLUTION, rng=random.Random(seed), slip_rate=slip_rate)


def test_the_oracle_asks_reads_proposes_writes_and_reports():
    heard = [said("cancel my order"), said("I am ann@X.org"), RESULT, RESULT, said("Yes."), RESULT]
    heard += [said("And what does it cost?"), said("thanks")]
    assert [made(one) for one in played(oracle(), heard)] == [
        "Who are you?",
        "find_user",
        "get_order",
        "Cancel it? (yes/no)",
        "cancel",
        "Done.",
        "It costs 5 dollars.",
        ANYTHING_ELSE,
    ]


def test_an_identity_given_at_once_is_not_asked_for():
    assert made(oracle().turn([said("I am ANN@x.org, cancel it")])) == "find_user"


@pytest.mark.parametrize("refusal", ["No.", "no, not that one", "That is wrong.", "hm?"])
def test_nothing_is_written_without_a_yes(refusal: str):
    agent = oracle()
    heard = [said("ann@x.org"), RESULT, RESULT, said(refusal), said(refusal)]
    turns = [made(one) for one in played(agent, heard)]
    assert turns[-2:] == ["Cancel it? (yes/no)", LEFT_ALONE]
    assert "cancel" not in turns


def slipped(kind: str) -> tuple[list[Message], ScriptedAgent]:
    for seed in range(100):
        agent = oracle(slip_rate=1.0, seed=seed)
        heard = [said("ann@x.org"), RESULT, RESULT]
        turns = played(agent, heard)
        found = agent.slip
        if kind == "wrong_argument" and found is None and agent.planned_slip == kind:
            turns.append(agent.turn([said("yes")]))
            found = agent.slip
        if found == kind:
            return turns, agent
    raise AssertionError(f"no slip of kind {kind}")


def test_a_wrong_argument_is_another_id_that_was_read():
    turns, _ = slipped("wrong_argument")
    assert turns[-1].tool_calls is not None
    assert turns[-1].tool_calls[0].arguments["order_id"] == "#W2000002"


def test_an_unconfirmed_write_comes_without_a_proposal():
    assert made(slipped("unconfirmed_write")[0][-1]) == "cancel"


def test_stopping_early_reports_what_was_not_done():
    assert made(slipped("stopped_early")[0][-1]) == "Done."


def test_without_a_slip_rate_nothing_slips():
    agent = oracle()
    for one in [said("ann@x.org"), RESULT, RESULT, said("yes"), RESULT]:
        agent.turn([one])
        assert agent.slip is None


def test_a_near_miss_has_the_shape_of_the_right_value_and_is_not_it():
    seen = ["order #W1111111, #W2222222, card credit_card_12, gift_card_34, item 1234567890"]
    rng = random.Random(0)
    assert near_miss("#W1111111", seen, rng) == "#W2222222"
    assert near_miss("credit_card_99", seen, rng) == "credit_card_12"
    assert near_miss(["9999999999"], seen, rng) == ["1234567890"]
    assert near_miss("no longer needed", seen, rng) is None
    assert near_miss(True, seen, rng) is None


LOOK = Guidance(ask="Please look.", deed=EnvironmentCall(requestor="user", name="check"))
PAY = Guidance(
    ask="It is 5 dollars. Shall I ask you to pay? (yes/no)",
    deed=EnvironmentCall(requestor="assistant", name="send_payment_request"),
)
RESUME = Guidance(deed=EnvironmentCall(requestor="assistant", name="resume_line"))
SWITCH = Guidance(ask="Please switch it off.", deed=EnvironmentCall(requestor="user", name="flip"))


def guiding(*guidance: Guidance, slip_rate: float = 0.0) -> ScriptedAgent:
    step = SolutionStep(guidance=list(guidance), report="Done: it works.")
    solution = Solution(ask_identity="Who are you?", identify=[], steps=[step])
    return ScriptedAgent(solution=solution, rng=random.Random(0), slip_rate=slip_rate)


def test_the_oracle_guides_one_thing_at_a_time_and_acts_in_between():
    heard = [said("It is broken."), said("Done. It says: a."), said("Yes."), RESULT]
    heard += [RESULT, said("Done. It says: b.")]
    assert [made(one) for one in played(guiding(LOOK, PAY, RESUME, SWITCH), heard)] == [
        "Please look.",
        "It is 5 dollars. Shall I ask you to pay? (yes/no)",
        "send_payment_request",
        "resume_line",
        "Please switch it off.",
        "Done: it works.",
    ]


def test_the_oracle_asks_three_times_at_most_for_one_deed():
    heard = [said("It is broken."), *[said("Sorry, that is not what I need.")] * 4]
    asked = [made(one) for one in played(guiding(SWITCH), heard)]
    assert asked[:3] == ["Please switch it off."] * 3
    assert asked[3] == LEFT_ALONE


def test_the_oracle_makes_no_call_that_the_customer_declined():
    heard = [said("It is broken."), *[said("No, do not do that.")] * 3]
    assert not any(one.tool_calls for one in played(guiding(PAY), heard))


def test_a_hasty_oracle_reports_without_guiding():
    agent = guiding(SWITCH, slip_rate=1.0)
    assert made(agent.turn([said("It is broken.")])) == "Done: it works."
    assert agent.slip == "stopped_early"

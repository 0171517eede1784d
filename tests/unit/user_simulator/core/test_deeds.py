"""Laws of what the customer does with his own hands: what he was asked, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Deed, Scenario, Wish
from seawright_shared.records.trajectories import UserSpec
from seawright_user_simulator.core.deeds import ALREADY, MAX_DEEDS, Hands, turns_of
from seawright_user_simulator.core.ports import Cue, Reply
from seawright_user_simulator.core.scripted_user import scripted_reply


def switch(name: str, word: str, *labels: str) -> Deed:
    verb = "enable" if word == "on" else "disable"
    cues = [[name]]
    for label in labels:
        cues += [[f"turn {word}", label], [f"{label} {word}"], [verb, label], ["toggle", label]]
    return Deed(name=name, cues=cues, says="Done. It says: {result}", alternates=True)


DEEDS = [
    switch("toggle_airplane_mode", "off", "airplane mode"),
    switch("toggle_airplane_mode", "on", "airplane mode"),
    switch("toggle_wifi", "on", "wi-fi"),
    switch("toggle_wifi", "off", "wi-fi"),
    switch("toggle_wifi_calling", "off", "wi-fi calling"),
    switch("toggle_wifi_calling", "on", "wi-fi calling"),
    Deed(name="check_status", cues=[["airplane mode", "?"], ["status bar"]], says="{result}"),
    Deed(name="restart", cues=[["restart", "phone"], ["reboot"]], says="Done. {result}"),
    Deed(
        name="check_payment_request", cues=[["look", "payment request"]], says="It says: {result}"
    ),
    Deed(name="make_payment", cues=[["pay", "bill"]], says="Done. {result}"),
    Deed(
        name="grant",
        arguments={"permission": "sms"},
        cues=[["grant", "sms"]],
        says="Done. {result}",
    ),
    Deed(
        name="grant",
        arguments={"permission": "storage"},
        cues=[["grant", "storage"]],
        says="Done. {result}",
    ),
]
SCENARIO = Scenario(
    persona="plain",
    opening="My phone has no signal.",
    wishes=[Wish(text="My phone has no signal.")],
    deeds=DEEDS,
    patience_turns=4,
)


def asked(text: str) -> list[str | None]:
    return [None if deed is None else deed.name for deed in Hands(deeds=DEEDS).plan(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Please turn off airplane mode.",
        "Could you turn airplane mode off?",
        "Open the settings and disable airplane mode, please.",
        "Airplane mode is on. Please turn off airplane mode and tell me what you see.",
        "I see the cause. Please toggle airplane mode.",
        "Run toggle_airplane_mode on your phone.",
        "In the settings you find airplane mode. Please turn off that.",
    ],
)
def test_he_does_it_however_it_is_asked_for(text: str):
    assert asked(text) == ["toggle_airplane_mode"]


@pytest.mark.parametrize(
    "text",
    [
        "Do not turn off airplane mode.",
        "You don't need to turn off airplane mode.",
        "I will turn off airplane mode for you.",
        "I cannot turn off airplane mode.",
        "Did you turn off airplane mode yourself.",
        "Airplane mode is a setting of your phone.",
        "Have a nice day!",
        "",
    ],
)
def test_he_never_does_what_he_is_not_asked_to_do(text: str):
    assert asked(text) == []


def test_a_question_is_answered_by_a_look_not_by_a_switch():
    assert asked("Is airplane mode on?") == ["check_status"]
    assert asked("Can you turn off airplane mode?") == ["toggle_airplane_mode"]


def test_the_longer_name_wins():
    assert asked("Please turn off wi-fi calling.") == ["toggle_wifi_calling"]
    assert asked("Please turn on wi-fi.") == ["toggle_wifi"]


def test_several_things_are_done_in_the_order_in_which_they_are_asked_for():
    text = "Please restart your phone. Then look at the payment request, and pay the bill."
    assert asked(text) == ["restart", "check_payment_request", "make_payment"]
    assert asked("Please grant storage and grant sms.") == ["grant", "grant"]


def test_what_is_named_before_is_asked_for_as_it():
    text = "I have sent you a payment request for it. Please look at it."
    assert asked(text) == ["check_payment_request"]


def test_what_is_so_already_is_told_and_not_done():
    assert asked("Please turn on airplane mode.") == [None]
    assert asked("Please turn off wi-fi.") == [None]


def test_a_switch_goes_there_and_back():
    text = "Please turn off airplane mode. Now turn on airplane mode."
    assert asked(text) == ["toggle_airplane_mode"] * 2
    assert asked("Please turn off airplane mode; turn on wi-fi.") == [
        "toggle_airplane_mode",
        "toggle_wifi",
    ]


@given(text=st.text(max_size=120))
def test_any_message_has_a_bounded_plan(text: str):
    assert len(Hands(deeds=DEEDS).plan(text)) <= MAX_DEEDS


def reply(messages: list[Message], *, slip_rate: float = 0.0, seed: int = 0) -> Reply:
    user = UserSpec(slip_rate=slip_rate)
    return scripted_reply(Cue(scenario=SCENARIO, messages=messages, user=user, seed=seed))


def said(text: str) -> Message:
    return Message(role="assistant", content=text)


def answered(call: ToolCall, content: str) -> Message:
    return Message(role="tool", content=content, tool_call_id=call.id, requestor="user")


def did(messages: list[Message], content: str = "It is OFF.") -> list[Message]:
    """Play the user's calls until he speaks; return the messages with what he said."""
    messages = list(messages)
    while True:
        answer = reply(messages).message
        messages.append(answer)
        if not answer.tool_calls:
            return messages
        messages.append(answered(answer.tool_calls[0], content))


GREETED = [said("Hi!"), Message(role="user", content=SCENARIO.opening)]
OFF = said("Please turn off airplane mode.")


def test_he_calls_his_tool_first_and_tells_of_it_then():
    first = reply([*GREETED, OFF]).message
    assert first.tool_calls
    assert first.tool_calls[0].name == "toggle_airplane_mode"
    assert first.tool_calls[0].requestor == "user"
    told = did([*GREETED, OFF])[-1]
    assert told.content == "Done. It says: It is OFF."


def test_asked_again_he_says_that_it_is_done():
    again = did([*did([*GREETED, OFF]), OFF])
    assert again[-1].content == ALREADY
    assert sum(bool(message.tool_calls) for message in again) == 1


def test_asked_for_the_other_way_he_goes_back():
    both = did([*did([*GREETED, OFF]), said("Please turn on airplane mode again.")])
    assert sum(bool(message.tool_calls) for message in both) == 2


def test_an_agent_who_asks_for_the_same_for_ever_is_left():
    messages = list(GREETED)
    for _ in range(SCENARIO.patience_turns + 1):
        messages = did([*messages, OFF])
    assert "###STOP###" in (messages[-1].content or "")


def test_the_transcript_alone_decides():
    messages = did([*GREETED, OFF])
    assert did([*GREETED, OFF]) == messages
    assert reply(messages[:-1]) == reply(messages[:-1])


def test_a_slip_is_a_word_that_it_was_done():
    slips = [reply([*GREETED, OFF], slip_rate=0.5, seed=seed) for seed in range(30)]
    claimed = [one for one in slips if one.slip == "claimed_deed"]
    assert 5 < len(claimed) < 25
    assert all(one.message.content and not one.message.tool_calls for one in claimed)
    assert all(one.message.tool_calls for one in slips if one.slip is None)


def test_results_belong_to_the_turn_in_which_they_came():
    call = ToolCall(id="a", name="restart", arguments={}, requestor="user")
    messages = [
        said("Please restart the phone."),
        Message(role="user", tool_calls=[call]),
        answered(call, "Restarted."),
        Message(role="user", content="Done."),
        said("Thanks."),
    ]
    first, last = turns_of(messages)
    assert [content for _, content in first.results] == ["Restarted."]
    assert not last.results
    assert last.text == "Thanks."

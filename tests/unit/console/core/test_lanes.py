from seawright_console.core.lanes import MOST_CHARACTERS, cut, reading_of, turns_of
from seawright_shared.records.messages import Message
from tests.unit.console import made_up


def test_every_turn_is_in_the_lane_of_its_speaker():
    reading = reading_of(made_up.episode(1), None, title="one")
    assert [turn.lane for turn in reading.turns] == [
        "user",
        "agent",
        "user",
        "agent",
        "tools",
        "agent",
        "user",
    ]
    assert reading.turns[3].calls == ('cancel_pending_order({"order_id": "#W1"})',)


def test_a_failed_check_is_shown_with_its_reason():
    reading = reading_of(made_up.episode(1, is_ok=False), None, title="one")
    assert reading.failing == ("goal: orders/#W1/status is pending",)
    assert reading.attribution == "AGENT"


def test_an_episode_that_is_not_played_yet_is_shown_with_its_status():
    queued = made_up.episode(1).model_copy(update={"trajectory": None, "verdict": None})
    reading = reading_of(queued, None, title="one")
    assert reading.turns == ()
    assert reading.reward is None


def test_malformed_calls_are_errors_and_system_messages_are_not_shown():
    turns = turns_of(
        [Message(role="system", content="s"), Message(role="assistant", malformed="<tool_call>{")]
    )
    assert [(turn.text, turn.is_error) for turn in turns] == [("<tool_call>{", True)]


def test_long_texts_are_cut():
    assert cut("a" * (MOST_CHARACTERS + 1)).endswith("[...]")
    assert cut("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS

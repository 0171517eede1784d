import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_policy.core.rendering import flipped
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolCall, ToolSchema
from tests.support.policy_models import tiny_renderer

RENDERER = tiny_renderer()
SYSTEM = Message(role="system", content="Help people.")

HEARD = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(["user", "tool"]),
        content=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ),
    min_size=1,
    max_size=3,
)
CALL = st.builds(
    ToolCall,
    id=st.just("call_0"),
    name=st.sampled_from(["find_seat", "move_seat"]),
    arguments=st.dictionaries(st.sampled_from(["a", "b_id"]), st.text("abc 123", max_size=8)),
)
SPOKEN = st.builds(
    Message,
    role=st.just("assistant"),
    content=st.none() | st.text("abc xyz.", min_size=1, max_size=20),
    tool_calls=st.none() | st.lists(CALL, min_size=1, max_size=2),
)
DIALOGUE = st.lists(st.tuples(HEARD, SPOKEN), min_size=1, max_size=4)


@settings(deadline=None)
@given(dialogue=DIALOGUE)
def test_a_context_grown_turn_by_turn_equals_the_render_of_the_finished_dialogue(dialogue):
    ids: list[int] = []
    mask: list[bool] = []
    messages: list[Message] = []
    for heard, spoken in dialogue:
        added = (
            RENDERER.extension(heard, is_ended=True)
            if ids
            else RENDERER.opening([SYSTEM, *heard], [])
        )
        sampled = RENDERER.template.spoken(spoken)
        ids += [*added, *sampled]
        mask += [False] * len(added) + [True] * len(sampled)
        messages += [*heard, spoken]
    whole = RENDERER.render(SYSTEM.content or "", [], messages)
    assert whole.token_ids == ids
    assert whole.loss_mask == mask


@settings(deadline=None)
@given(dialogue=DIALOGUE)
def test_every_spoken_turn_carries_loss_on_its_end_token(dialogue):
    messages = [one for heard, spoken in dialogue for one in (*heard, spoken)]
    whole = RENDERER.render("x", [], messages)
    edges = [
        at
        for at, is_spoken in enumerate(whole.loss_mask)
        if is_spoken and (at + 1 == len(whole.loss_mask) or not whole.loss_mask[at + 1])
    ]
    assert [whole.token_ids[at] for at in edges] == [RENDERER.template.end_id] * len(dialogue)


def test_a_turn_cut_short_is_closed_by_an_unsampled_end():
    user = Message(role="user", content="go on")
    cut = RENDERER.extension([user], is_ended=False)
    assert cut == [RENDERER.template.end_id, *RENDERER.extension([user], is_ended=True)]


def test_the_opening_length_is_where_the_first_turn_begins():
    user = Message(role="user", content="hello")
    length = RENDERER.opening_length([SYSTEM, user], [])
    assert RENDERER.opening([SYSTEM], [])[:length] == RENDERER.opening([SYSTEM, user], [])[:length]


def test_a_remembered_system_turn_is_the_one_that_would_be_written():
    renderer = tiny_renderer()
    tools = [
        ToolSchema(name=f"t{at}", description="x", parameters={"type": "object"}, kind="read")
        for at in range(3)
    ]
    for _ in range(2):
        for count in range(4):
            for text in map(str, range(6)):
                written = renderer.template.opening(text, tools[:count])
                found = renderer.system_turn(text, tools[:count])
                assert found == written
                found.clear()


def test_a_context_starts_with_the_system_message_and_is_not_extended_by_what_was_sampled():
    with pytest.raises(InvalidRequestError, match="system"):
        RENDERER.opening([Message(role="user", content="x")], [])
    with pytest.raises(InvalidRequestError, match="assistant"):
        RENDERER.extension([Message(role="assistant", content="x")], is_ended=True)
    with pytest.raises(InvalidRequestError, match="at least one"):
        RENDERER.extension([], is_ended=True)


def test_the_flipped_dialogue_is_what_the_user_lives_through():
    call = ToolCall(id="1", name="look", arguments={})
    dialogue = [
        Message(role="user", content="hi"),
        Message(role="assistant", tool_calls=[call]),
        Message(role="tool", content="seen", requestor="assistant"),
        Message(role="assistant", content="Here."),
        Message(role="user", tool_calls=[call]),
        Message(role="tool", content="mine", requestor="user"),
        Message(role="user", content="thanks"),
    ]
    turns = flipped(dialogue)
    assert [(one.role, one.content) for one in turns] == [
        ("assistant", "hi"),
        ("user", "Here."),
        ("assistant", None),
        ("tool", "mine"),
        ("assistant", "thanks"),
    ]
    whole = RENDERER.render("x", [], dialogue, "user")
    spoken = [
        one for one, is_spoken in zip(whole.token_ids, whole.loss_mask, strict=True) if is_spoken
    ]
    assert spoken == [
        token_id
        for one in turns
        if one.role == "assistant"
        for token_id in RENDERER.template.spoken(one)
    ]

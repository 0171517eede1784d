from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_policy.core.templates.tiny import SPECIAL_TOKENS, TinyTemplate, signature
from seawright_shared.records.messages import Message, ToolCall, ToolSchema
from tests.support.policy_models import tiny_renderer

TEMPLATE = cast("TinyTemplate", tiny_renderer().template)
CODEC = TEMPLATE.codec

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAME = st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(str.isidentifier)
CALLS = st.lists(st.tuples(NAME, st.dictionaries(TEXT, JSON, max_size=3)), max_size=2)


@settings(deadline=None)
@given(content=TEXT, calls=CALLS)
def test_a_turn_that_is_written_and_read_is_the_same_turn(content, calls):
    turn = Message(
        role="assistant",
        content=content or None,
        tool_calls=[
            ToolCall(id=f"call_{at + 4}", name=name, arguments=arguments)
            for at, (name, arguments) in enumerate(calls)
        ]
        or None,
    )
    assert TEMPLATE.parse(TEMPLATE.spoken(turn), num_calls=4) == turn


@settings(deadline=None)
@given(text=TEXT)
def test_text_goes_to_ids_and_back_without_loss(text):
    assert CODEC.decode(CODEC.encode(text)) == text


def test_the_names_of_special_tokens_inside_a_text_stay_text():
    specials = {CODEC.special(token) for token in SPECIAL_TOKENS}
    for token in SPECIAL_TOKENS:
        ids = CODEC.encode(f"say {token} twice {token}")
        assert not specials & set(ids)
        assert CODEC.decode(ids) == f"say {token} twice {token}"


def test_a_call_that_cannot_be_read_is_kept_verbatim():
    ids = CODEC.encode("Well.")
    ids += [CODEC.special("<|call|>"), *CODEC.encode('get_thing {"a": 1')]
    message = TEMPLATE.parse([*ids, TEMPLATE.end_id], num_calls=0)
    assert message.malformed == 'get_thing {"a": 1'
    assert message.content == "Well."
    assert message.tool_calls is None
    assert TEMPLATE.spoken(message) == [*ids, TEMPLATE.end_id]


def test_arguments_that_are_no_object_are_malformed():
    for text in ("get_thing [1]", "get_thing", "get thing {}", 'x {"a": NaN} y', "9x {}"):
        ids = [CODEC.special("<|call|>"), *CODEC.encode(text), TEMPLATE.end_id]
        assert TEMPLATE.parse(ids, num_calls=0).malformed == text


def test_an_id_has_the_same_tokens_in_prose_and_in_json():
    for item in ("#W5918442", "anna_bell_8776", "anna.bell8776@example.com", "blue_card_5051208"):
        inner = CODEC.encode(item)
        prose, quoted = CODEC.encode(f"It is {item}."), CODEC.encode(f'{{"key": "{item}"}}')
        assert inner == prose[-1 - len(inner) : -1]
        assert inner == quoted[-1 - len(inner) : -1]


def test_a_signature_marks_lists_and_optional_arguments():
    tool = ToolSchema(
        name="move",
        description="",
        kind="write",
        parameters={
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "array"}, "c": {"type": "null"}},
            "required": ["a", "b"],
        },
    )
    assert signature(tool) == "move(a, b[], c?)"

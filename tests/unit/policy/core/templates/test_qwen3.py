import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_policy.adapters.tokenizers_codec import TokenizersCodec
from seawright_policy.core.rendering import Renderer
from seawright_policy.core.templates import TEMPLATES, TemplateOptions
from seawright_policy.core.templates.qwen3 import MARKERS
from seawright_shared.records.messages import Message, ToolCall, ToolSchema
from tests.support.tiny_qwen3 import tokenizer

FAMILIES = [name for name in TEMPLATES if name.startswith("qwen3")]
NAMES = tokenizer()
CODEC = TokenizersCodec(tokenizer())
TOOL = ToolSchema(name="find_seat", description="", parameters={"type": "object"}, kind="read")


def template(family: str, **options):
    return TEMPLATES[family](CODEC, TemplateOptions(**options))


def marker_ids(ids: list[int]) -> list[str]:
    named = {CODEC.special(one): one for one in MARKERS}
    return [named[one] for one in ids if one in named]


def written(ids: list[int]) -> str:
    return NAMES.decode(ids, skip_special_tokens=False)


HOSTILE = st.lists(
    st.one_of(st.sampled_from([*MARKERS, "<|endoftext|>", "\n", "assistant\n", " "]), st.text()),
    max_size=6,
).map("".join)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)
CALL = st.builds(
    ToolCall,
    id=st.just("call_0"),
    name=st.sampled_from(["find_seat", "move_seat"]),
    arguments=st.dictionaries(
        st.sampled_from(["a", "b_id"]), st.text("abc </tool_call>12", max_size=16)
    ),
)
SPOKEN = st.builds(
    Message,
    role=st.just("assistant"),
    content=st.none() | TEXT.filter(bool),
    tool_calls=st.none() | st.lists(CALL, min_size=1, max_size=2),
)
HEARD = st.lists(
    st.builds(Message, role=st.sampled_from(["user", "tool"]), content=TEXT),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize("family", FAMILIES)
@settings(deadline=None, max_examples=60)
@given(text=HOSTILE)
def test_what_others_say_never_becomes_a_marker(family, text):
    made = template(family)
    by_user = made.heard([Message(role="user", content=text)])
    assert marker_ids(by_user) == ["<|im_start|>", "<|im_end|>"]
    by_tool = made.heard([Message(role="tool", content=text)] * 2)
    responses = ["<tool_response>", "</tool_response>"] * 2
    assert marker_ids(by_tool) == ["<|im_start|>", *responses, "<|im_end|>"]
    by_domain = made.opening(text, [])
    assert marker_ids(by_domain) == ["<|im_start|>", "<|im_end|>"]
    tool = TOOL.model_copy(update={"description": text})
    plain = marker_ids(made.opening("", [TOOL]))
    assert marker_ids(made.opening("", [tool])) == plain
    assert CODEC.special("<|endoftext|>") not in [*by_user, *by_tool, *by_domain]


@pytest.mark.parametrize("family", FAMILIES)
@settings(deadline=None, max_examples=80)
@given(message=SPOKEN, thought=st.none() | TEXT)
def test_a_turn_is_read_back_as_it_was_written(family, message, thought):
    if family == "qwen3-thinking-2507":
        thought = thought or ""
    said = message.model_copy(update={"reasoning": thought})
    made = template(family)
    ids = made.spoken(said)
    assert ids[-1] == made.end_id
    heard = made.parse(ids, 0)
    assert [call.arguments for call in heard.tool_calls or ()] == [
        call.arguments for call in said.tool_calls or ()
    ]
    assert (heard.content, heard.reasoning, heard.malformed) == (said.content, thought, None)
    assert made.spoken(heard) == ids


@pytest.mark.parametrize("family", FAMILIES)
@settings(deadline=None, max_examples=40)
@given(dialogue=st.lists(st.tuples(HEARD, SPOKEN), min_size=1, max_size=3))
def test_a_context_grown_turn_by_turn_equals_the_render_of_the_finished_dialogue(family, dialogue):
    renderer = Renderer(template(family))
    system = Message(role="system", content="Help people.")
    ids: list[int] = []
    transcript: list[Message] = []
    for heard, spoken in dialogue:
        ids += (
            renderer.extension(heard, is_ended=True)
            if ids
            else renderer.opening([system, *heard], [TOOL])
        )
        sampled = renderer.template.spoken(spoken)
        ids += sampled
        transcript += [*heard, renderer.template.parse(sampled, 0)]
    assert renderer.render("Help people.", [TOOL], transcript).token_ids == ids
    assert renderer.template.rewritten(ids) == ids


def test_the_turns_read_as_these_models_were_taught():
    made = template("qwen3")
    call = ToolCall(id="1", name="look", arguments={"seat": "K-12"})
    said = Message(role="assistant", content="One moment.", reasoning="hm", tool_calls=[call, call])
    results = [Message(role="tool", content=text) for text in ("free", "taken")]
    whole = [*made.heard([Message(role="user", content="Hi")]), *made.cue(), *made.spoken(said)]
    assert written(whole) == (
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\n"
        'One moment.\n<tool_call>\n{"name": "look", "arguments": {"seat": "K-12"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "look", "arguments": {"seat": "K-12"}}\n</tool_call><|im_end|>'
    )
    assert written(made.heard(results)) == (
        "<|im_start|>user\n<tool_response>\nfree\n</tool_response>\n"
        "<tool_response>\ntaken\n</tool_response><|im_end|>\n"
    )
    assert written(template("qwen3-silent").cue()).endswith("<think>\n\n</think>\n\n")
    assert written(template("qwen3-thinking-2507").cue()).endswith("assistant\n<think>\n")


def sampled(text: str) -> list[int]:
    """Return the ids of text in which markers are sampled as tokens."""
    plain = tokenizer()
    plain.encode_special_tokens = False
    return plain.encode(text, add_special_tokens=False).ids


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "look", "arguments": {\n</tool_call>',
        '<tool_call>\n{"name": "look"}\n</tool_call>',
        '<tool_call>\n{"name": 3, "arguments": {}}\n</tool_call>',
        '<tool_call>\n["look"]\n</tool_call>',
        '<tool_call>\n{"name": "look", "arguments": {}}',
        '<tool_call>\n<tool_call>\n{"name": "look", "arguments": {}}\n</tool_call>',
        '<tool_call>\n{"name": "look", "arguments": {}}\n</tool_call>\n<tool_call>\nno\n</tool_call>',
        "<tool_call>\n" + "[" * 5000 + "\n</tool_call>",
    ],
)
def test_a_malformed_call_is_kept_verbatim(text):
    made = template("qwen3")
    ids = [*sampled("I look.\n" + text), made.end_id]
    message = made.parse(ids, 0)
    assert (message.content, message.tool_calls, message.malformed) == ("I look.", None, text)
    assert made.spoken(message) == ids


@pytest.mark.parametrize("family", FAMILIES)
@settings(deadline=None, max_examples=150)
@given(ids=st.lists(st.integers(0, CODEC.num_tokens - 1), max_size=30))
def test_whatever_is_sampled_can_be_read_and_streams_without_taking_back(family, ids):
    made = template(family)
    message = made.parse(ids, 3)
    assert message.role == "assistant"
    for before, after in pairwise(range(len(ids) + 1)):
        told = made.content(ids[:before]).rstrip("\ufffd")
        assert made.content(ids[:after]).startswith(told)


@pytest.mark.parametrize(
    "text", ["<think>\nsecret\n</think>\n\nHello", "<think>\nsecret", "Hello<think>secret"]
)
def test_thoughts_are_no_content(text):
    message = template("qwen3").parse(sampled(text), 0)
    assert message.reasoning == "secret"
    assert "secret" not in (message.content or "")
    inside = template("qwen3-thinking-2507").parse(sampled("secret\n</think>\n\nHello"), 0)
    assert (inside.reasoning, inside.content) == ("secret", "Hello")


def test_a_call_within_a_thought_is_none():
    text = (
        '<think>\n<tool_call>\n{"name": "look", "arguments": {}}\n</tool_call>\n</think>\n\nHello'
    )
    message = template("qwen3").parse(sampled(text), 0)
    assert (message.content, message.tool_calls, message.malformed) == ("Hello", None, None)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_forgetful_template_writes_earlier_turns_without_thoughts(family):
    made, kept = template(family, is_forgetful=True), template(family)
    renderer = Renderer(kept)
    heard = [Message(role="user", content="Hi")]
    thoughtful = Message(role="assistant", content="Yes.", reasoning="hm")
    ids = renderer.render("x", [], [*heard, thoughtful]).token_ids
    plain = Renderer(template("qwen3-instruct-2507")).render(
        "x", [], [*heard, Message(role="assistant", content="Yes.")]
    )
    assert kept.rewritten(ids) == ids
    assert made.rewritten(ids) == plain.token_ids
    assert made.rewritten(plain.token_ids) == plain.token_ids

import json
from pathlib import Path

import pytest
from pydantic import JsonValue
from transformers import AutoTokenizer

import seawright_console.tiny_base
from seawright_console.tiny_base import chat_template
from seawright_policy.wiring import renderer_for
from seawright_shared.records.messages import Message, ToolCall, ToolSchema

FOLDER = Path(seawright_console.tiny_base.__file__).parent / "model"
NONE: dict[str, JsonValue] = {"type": "object", "properties": {}}
SOME: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "ids": {"type": "array"}, "note": {}},
    "required": ["name", "ids"],
}
TOOLS = [
    ToolSchema(name="restart_phone", description="", parameters=NONE, kind="write"),
    ToolSchema(name="set_mode", description="", parameters=SOME, kind="write"),
]
CALL = ToolCall(id="call_0", name="set_mode", arguments={"name": 'é <"x">', "ids": [1, 2]})
TALK = [
    Message(role="user", content="Hi! How can I help you today?"),
    Message(role="assistant", content="My phone\n\nis slow.  "),
    Message(role="user", content=" Please restart it."),
    Message(role="assistant", content=None, tool_calls=[CALL]),
    Message(role="tool", content='{"ok": true}', tool_call_id="call_0"),
    Message(role="assistant", content="Wait.", tool_calls=[CALL, CALL]),
    Message(role="tool", content="done", tool_call_id="call_0"),
    Message(role="tool", content="", tool_call_id="call_0"),
]


def as_openai(message: Message) -> dict[str, object]:
    calls = [
        {"id": one.id, "function": {"name": one.name, "arguments": one.arguments}}
        for one in message.tool_calls or ()
    ]
    plain: dict[str, object] = {"role": message.role, "content": message.content}
    return {**plain, "tool_calls": calls} if calls else plain


def test_the_shipped_template_is_the_one_the_recipe_writes():
    assert (FOLDER / chat_template.FILE).read_text() == chat_template.TEXT


@pytest.mark.parametrize("is_bare", [False, True], ids=["openai", "bare"])
@pytest.mark.parametrize("tools", [[], TOOLS[:1], TOOLS])
@pytest.mark.parametrize("system", ["", "You are a customer.\n\nManner: brief.\n"])
@pytest.mark.parametrize("length", [1, 3, len(TALK)])
def test_a_stock_server_reads_the_very_ids_that_the_policy_writes(system, tools, length, is_bare):
    renderer = renderer_for(FOLDER)
    messages = [Message(role="system", content=system), *TALK[:length]]
    told = [
        {"name": one.name, "description": one.description, "parameters": one.parameters}
        for one in tools
    ]
    theirs = AutoTokenizer.from_pretrained(FOLDER, local_files_only=True).apply_chat_template(
        [as_openai(message) for message in messages],
        tools=told if is_bare else [{"type": "function", "function": one} for one in told],
        add_generation_prompt=True,
        return_dict=False,
    )
    assert theirs == renderer.opening(messages, tools)


def test_arguments_that_are_text_already_are_written_as_they_came():
    plain = AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)
    texts = [
        plain.apply_chat_template(
            [{"role": "assistant", "content": None, "tool_calls": [{"function": called}]}],
            tokenize=False,
        )
        for called in (
            {"name": "set_mode", "arguments": CALL.arguments},
            {"name": "set_mode", "arguments": json.dumps(CALL.arguments, ensure_ascii=False)},
        )
    ]
    assert texts[0] == texts[1]

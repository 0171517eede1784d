"""Case 7: what SFT trains on has the ids and the mask of the folder's own chat template."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from seawright_policy.adapters.model_folders import read_renderer
from seawright_shared.records.messages import Message, ToolCall
from tests.support.tiny_qwen3 import write_qwen3

TEMPLATE = """\
{%- for turn in messages %}
    {%- if turn.role == 'system' or turn.role == 'user' %}
        {{- '<|im_start|>' + turn.role + '\\n' + turn.content + '<|im_end|>\\n' }}
    {%- elif turn.role == 'tool' %}
        {%- if messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\\n<tool_response>\\n' + turn.content + '\\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- else %}
        {{- '<|im_start|>assistant\\n' }}
        {%- generation %}
            {{- turn.content }}
            {%- for call in turn.tool_calls or [] %}
                {{- '\\n' if turn.content or not loop.first }}
                {{- '<tool_call>\\n{"name": "' + call.name + '", "arguments": ' }}
                {{- call.arguments | tojson + '}\\n</tool_call>' }}
            {%- endfor %}
            {{- '<|im_end|>' }}
        {%- endgeneration %}
        {{- '\\n' }}
    {%- endif %}
{%- endfor %}
"""
LOOK = ToolCall(id="1", name="look", arguments={"seat": "K-12"})
MOVE = ToolCall(id="2", name="move", arguments={"from": "K-12", "to": "K-14"})
DIALOGUES = {
    "talk alone": [
        Message(role="user", content="Hi"),
        Message(role="assistant", content="Hello. What can I do?"),
        Message(role="user", content="Nothing."),
        Message(role="assistant", content="Goodbye."),
    ],
    "one call": [
        Message(role="user", content="Is K-12 free?"),
        Message(role="assistant", content="", tool_calls=[LOOK]),
        Message(role="tool", content="free", tool_call_id="1"),
        Message(role="assistant", content="It is."),
    ],
    "parallel calls": [
        Message(role="user", content="Move me."),
        Message(role="assistant", content="One moment.", tool_calls=[LOOK, MOVE]),
        Message(role="tool", content="free", tool_call_id="1"),
        Message(role="tool", content="moved", tool_call_id="2"),
        Message(role="assistant", content="Done."),
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("masks") / "model"
    write_qwen3(made)
    config = json.loads((made / "tokenizer_config.json").read_text())
    (made / "tokenizer_config.json").write_text(json.dumps({**config, "chat_template": TEMPLATE}))
    return made


@pytest.mark.parametrize("name", DIALOGUES)
def test_ids_and_mask_are_those_of_the_chat_template(folder: Path, name: str):
    renderer = read_renderer(folder)
    assert renderer is not None
    ours = renderer.render("Help people.", [], DIALOGUES[name])
    plain: list[dict[str, object]] = [{"role": "system", "content": "Help people."}]
    for message in DIALOGUES[name]:
        calls = [{"name": one.name, "arguments": one.arguments} for one in message.tool_calls or []]
        plain.append({"role": message.role, "content": message.content, "tool_calls": calls})
    theirs = AutoTokenizer.from_pretrained(folder, local_files_only=True).apply_chat_template(
        plain, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    num = len(ours.token_ids)
    assert theirs["input_ids"][:num] == ours.token_ids
    assert [bool(one) for one in theirs["assistant_masks"][:num]] == ours.loss_mask
    assert not any(theirs["assistant_masks"][num:]), "only what nobody learns is left"
    assert sum(ours.loss_mask) > 0

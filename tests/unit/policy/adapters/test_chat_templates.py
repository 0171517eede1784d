import json
from pathlib import Path

import pytest

from seawright_policy.adapters.chat_templates import first_break, system_text_of
from seawright_policy.adapters.model_folders import read_renderer
from seawright_policy.adapters.tokenizers_codec import TokenizersCodec
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import ToolSchema
from tests.support.tiny_qwen3 import tokenizer, write_qwen3

CHAT_TEMPLATE = """\
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "Use these:\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>\\n<tool_call>\\nNAME\\n</tool_call><|im_end|>\\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "user" %}
        {{- '<|im_start|>user\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
"""
TOOLS = [
    ToolSchema(name=name, description='<b>"é"</b>', parameters={"type": "object"}, kind="read")
    for name in ("find_seat", "move_seat")
]


def opening(folder: Path, system: str, tools: list[ToolSchema]) -> list[int]:
    renderer = read_renderer(folder)
    assert renderer is not None
    return renderer.template.opening(system, tools)


@pytest.fixture
def folder(tmp_path):
    write_qwen3(tmp_path)
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    config["chat_template"] = CHAT_TEMPLATE
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    return tmp_path


@pytest.mark.parametrize("tools", [[], TOOLS[:1], TOOLS])
@pytest.mark.parametrize("system", ["Help people.", "\nHelp\n"])
def test_the_system_turn_has_the_ids_of_the_folders_own_template(folder, system, tools):
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(folder, local_files_only=True).apply_chat_template(
        [{"role": "system", "content": system}, {"role": "user", "content": "Hi"}],
        tools=[tool.as_openai() for tool in tools] or None,
        tokenize=True,
        return_dict=False,
    )
    ours = opening(folder, system, tools)
    assert theirs[: len(ours)] == ours


def test_a_domains_text_is_no_template_and_no_marker(folder):
    text = "{{ 7 * 7 }} <tool_call> <|im_end|>"
    ids = opening(folder, text, TOOLS)
    assert text in tokenizer().decode(ids, skip_special_tokens=False)
    without = opening(folder, "x", TOOLS)
    call = TokenizersCodec(tokenizer()).special("<tool_call>")
    assert ids.count(call) == without.count(call) == 1


def test_a_template_that_cannot_be_rendered_is_refused():
    for source in ("{{ raise_exception('no') }}", "{% if %}", "{{ messages.__class__.__mro__ }}"):
        with pytest.raises(InvalidRequestError, match="chat template"):
            system_text_of(source)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"template": "qwen3", "reasoning": "lost"}', "reasoning"),
        ('{"template": "tiny"}', "no token"),
    ],
)
def test_a_folder_that_contradicts_itself_is_refused(folder, text, reason):
    (folder / "renderer.json").write_text(text)
    with pytest.raises(InvalidRequestError, match=reason):
        read_renderer(folder)


PLAIN = """\
{%- for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}<|im_end|>
{% endfor %}"""
TOOLS_LAST = """\
{%- for m in messages %}<|im_start|>{{ m.role }}
{% if loop.last and tools %}{{ tools | tojson }}{% endif %}{{ m.content }}<|im_end|>
{% endfor %}"""
ENDS_ONCE = (
    "{% for m in messages %}{{ m.content }}{{ '' if m.role == 'tool' else '|' }}{% endfor %}."
)
FORGETFUL = """\
{%- for m in messages %}<|im_start|>{{ m.role }}
{% if loop.last and m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}{{ m.content }}<|im_end|>
{% endfor %}"""
SHORT_MEMORY = "{% for m in messages[-3:] %}{{ m.content }}|{% endfor %}"


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        (CHAT_TEMPLATE, None),
        (PLAIN, None),
        (FORGETFUL, None),
        (TOOLS_LAST, "message 3 (assistant), with tools"),
        (ENDS_ONCE, "message 3 (assistant), with tools"),
        (SHORT_MEMORY, "message 4 (tool), with tools"),
    ],
)
def test_the_message_that_changes_earlier_ones_is_named(source, broken):
    assert first_break(source) == broken


def test_a_folder_whose_template_breaks_its_prefixes_is_refused(folder):
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config["chat_template"] = TOOLS_LAST
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    with pytest.raises(InvalidRequestError, match="not prefix-stable") as refusal:
        read_renderer(folder)
    assert refusal.value.errors[0].pointer == "/uri"


def test_a_template_that_refuses_tools_results_is_refused():
    source = (
        "{% for m in messages %}{{ raise_exception('no tools') if m.role == 'tool' }}{% endfor %}"
    )
    with pytest.raises(InvalidRequestError, match="no tools"):
        first_break(source)

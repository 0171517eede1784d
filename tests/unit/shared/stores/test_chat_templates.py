import json
from pathlib import Path

import pytest

from seawright_shared.errors import InvalidRequestError
from seawright_shared.stores.chat_templates import first_break, prefix_fault, read_chat_template

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
        (PLAIN, None),
        (FORGETFUL, None),
        (TOOLS_LAST, "message 3 (assistant), with tools"),
        (ENDS_ONCE, "message 3 (assistant), with tools"),
        (SHORT_MEMORY, "message 4 (tool), with tools"),
    ],
)
def test_the_message_that_changes_earlier_ones_is_named(source, broken):
    assert first_break(source) == broken


def test_a_template_that_refuses_tools_results_is_refused():
    source = (
        "{% for m in messages %}{{ raise_exception('no tools') if m.role == 'tool' }}{% endfor %}"
    )
    with pytest.raises(InvalidRequestError, match="no tools"):
        first_break(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}",
        "{{ messages[0].content + 1 }}",
        "{{ messages[0].content.nothing.there }}",
        "{{ 1 // 0 }}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{{ messages.append(1) }}",
        "{{ range(10 ** 9) | list }}",
    ],
)
def test_a_template_that_cannot_be_rendered_is_a_fault_that_says_so(tmp_path: Path, source: str):
    (tmp_path / "chat_template.jinja").write_text(source)
    fault = prefix_fault(tmp_path)
    assert fault is not None
    assert "cannot be rendered" in fault


def test_a_folder_says_at_which_message_its_template_breaks(tmp_path: Path):
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": TOOLS_LAST}))
    fault = prefix_fault(tmp_path)
    assert fault is not None
    assert "not prefix-stable" in fault
    assert "message 3 (assistant), with tools" in fault


def test_a_folder_without_a_template_or_with_words_of_its_own_has_no_fault(tmp_path: Path):
    assert prefix_fault(tmp_path) is None
    (tmp_path / "chat_template.jinja").write_text(TOOLS_LAST)
    (tmp_path / "renderer.json").write_text('{"template": "tiny"}')
    assert prefix_fault(tmp_path) is None
    (tmp_path / "renderer.json").write_text('{"template": "qwen3"}')
    assert prefix_fault(tmp_path) is not None


def test_a_template_that_is_no_text_is_refused(tmp_path: Path):
    (tmp_path / "chat_template.jinja").write_bytes(b"\xff\xfe{{")
    with pytest.raises(InvalidRequestError, match="UTF-8"):
        read_chat_template(tmp_path)


def test_a_folder_of_an_impossible_name_is_a_fault_and_no_crash(tmp_path: Path):
    assert "cannot be read" in str(prefix_fault(tmp_path / ("x" * 300)))
    assert prefix_fault(Path("a\0b")) is None

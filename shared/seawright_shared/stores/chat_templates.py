"""What a model folder's own chat template is, and whether it keeps prefixes.

A template that writes earlier messages in another way once later ones follow is of no use here: a
context is continued, never written anew.
"""

import json
import re
from pathlib import Path
from typing import NoReturn

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from seawright_shared.errors import InvalidRequestError

FILES = ("chat_template.jinja", "tokenizer_config.json")
RENDERER = "renderer.json"
"""Names the template: `{"template": "tiny"}`.

With `"reasoning": "dropped"`, thoughts are taken out before a user's next message (Qwen3).
"""
OWN_WORDS = "tiny"
"""The renderer that takes no words from a folder, whatever its template says."""
FAILURES = (
    TemplateError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)
"""What comes out of a template that is wrong: its expressions raise what Python raises."""
THOUGHTS = re.compile(r"<think>.*?</think>\s*", re.DOTALL)
"""Taken out before prefixes are compared: that families drop them is known, see `RENDERER`."""
_CALLED = {"name": "f", "arguments": {"id": "a1"}}
_CALL = {"id": "call_0", "type": "function", "function": _CALLED, **_CALLED}
"""In both forms that templates read."""
PROBE: list[dict[str, object]] = [
    {"role": "system", "content": "Help people."},
    {"role": "user", "content": "One."},
    {"role": "assistant", "content": "", "tool_calls": [_CALL]},
    {"role": "tool", "content": "Two.", "tool_call_id": "call_0", "name": "f"},
    {"role": "assistant", "content": "Three."},
    {"role": "user", "content": "Four."},
    {"role": "assistant", "content": "Five."},
    {"role": "user", "content": "Six."},
]
PROBE_TOOL = {
    "type": "function",
    "function": {"name": "f", "description": "Find.", "parameters": {"type": "object"}},
}


def refuse(reason: str) -> NoReturn:
    """Raise what a chat template says it cannot write."""
    raise TemplateError(reason)


def read_chat_template(folder: Path) -> str | None:
    """Return the source of a folder's chat template, or None where it has none."""
    if (folder / FILES[0]).is_file():
        try:
            return (folder / FILES[0]).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InvalidRequestError(f"{folder / FILES[0]} is not UTF-8") from error
    if not (folder / FILES[1]).is_file():
        return None
    try:
        source = json.loads((folder / FILES[1]).read_bytes()).get("chat_template")
    except (ValueError, AttributeError) as error:
        raise InvalidRequestError(f"{folder / FILES[1]} is no JSON object") from error
    return source if isinstance(source, str) else None


class SpokenBlocks(Extension):
    """Reads `{% generation %}`, by which templates mark what the model says; it writes nothing."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Return the block's own content."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def template_environment() -> ImmutableSandboxedEnvironment:
    """Return where chat templates are rendered: nothing outside it can be reached."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols", SpokenBlocks],
    )
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment


def first_break(source: str) -> str | None:
    """Name the first message whose coming changes how those before it are written, or None.

    A dialogue of a tool call, its result and three users' messages is rendered message by message,
    with a tool and without.
    """
    try:
        render = template_environment().from_string(source).render
        for tools in ([PROBE_TOOL], None):
            before = ""
            for at in range(2, len(PROBE) + 1):
                text = render(
                    messages=PROBE[:at],
                    tools=tools,
                    add_generation_prompt=False,
                    raise_exception=refuse,
                )
                text = THOUGHTS.sub("", text)
                if not text.startswith(before):
                    offered = "with" if tools else "without"
                    return f"message {at} ({PROBE[at - 1]['role']}), {offered} tools"
                before = text
    except FAILURES as error:
        raise InvalidRequestError(f"the chat template cannot be rendered: {error}") from error
    return None


def prefix_fault(folder: Path) -> str | None:
    """Say why no context can be continued in the words of a folder's template, or None."""
    try:
        source = None if _has_own_words(folder) else read_chat_template(folder)
        broken = None if source is None else first_break(source)
    except InvalidRequestError as error:
        return f"{folder}: {error.detail}"
    except OSError as error:
        return f"{folder}: the chat template cannot be read: {error.strerror}"
    if broken is None:
        return None
    return (
        f"{folder}: the chat template is not prefix-stable at {broken}: earlier messages are then"
        " written in another way, so that a context cannot be continued"
    )


def _has_own_words(folder: Path) -> bool:
    try:
        plain = json.loads((folder / RENDERER).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(plain, dict) and plain.get("template") == OWN_WORDS

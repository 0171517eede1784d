"""What a model folder's own chat template says: its system turn, and whether prefixes are kept.

Families differ in the words by which they tell a model of its tools, and a model listens best to
the words it was trained with. They are read from the folder, by rendering its template once with
stand-ins for the system's text and the tools. A template that writes earlier messages in another
way once later ones follow is of no use here: a context is continued, never written anew.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from seawright_policy.core.templates.pieces import Piece, own
from seawright_policy.core.templates.qwen3 import SystemText
from seawright_shared.errors import InvalidRequestError

FILES = ("chat_template.jinja", "tokenizer_config.json")
SYSTEM, TOOL = "\ue000system\ue001", "\ue000tool\ue001"
"""Stand-ins, of characters that no text uses."""
OPENING, END = "<|im_start|>system\n", "<|im_end|>"
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
        return (folder / FILES[0]).read_text()
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


def system_text_of(source: str) -> SystemText:
    """Return what writes the system turn in the words of a chat template."""
    try:
        render = _environment().from_string(source).render
        shapes = {
            (has_system, has_tools): _pieces(_rendered(render, has_system, has_tools))
            for has_system in (True, False)
            for has_tools in (True, False)
        }
    except TemplateError as error:
        raise InvalidRequestError(f"the chat template cannot be rendered: {error}") from error

    def write(system: str, tools: Sequence[str]) -> list[Piece]:
        pieces: list[Piece] = []
        for piece in shapes[bool(system), bool(tools)]:
            if piece.text == SYSTEM:
                pieces.append(Piece(system))
            elif piece.text == TOOL:
                for at, tool in enumerate(tools):
                    pieces += [own("\n")] * (at > 0) + [Piece(tool)]
            else:
                pieces.append(piece)
        return pieces

    return write


def first_break(source: str) -> str | None:
    """Name the first message whose coming changes how those before it are written, or None.

    A dialogue of a tool call, its result and three users' messages is rendered message by message,
    with a tool and without.
    """
    try:
        render = _environment().from_string(source).render
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
    except TemplateError as error:
        raise InvalidRequestError(f"the chat template cannot be rendered: {error}") from error
    return None


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols", SpokenBlocks],
    )
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment


def _rendered(render: Callable[..., str], has_system: bool, has_tools: bool) -> str:  # noqa: FBT001
    user = {"role": "user", "content": "x"}
    system = [{"role": "system", "content": SYSTEM}] if has_system else []
    tools = [TOOL] if has_tools else None
    return render(
        messages=[*system, user], tools=tools, add_generation_prompt=False, raise_exception=refuse
    )


def _pieces(text: str) -> list[Piece]:
    """Return the system turn of a rendering, cut at the stand-ins."""
    if not text.startswith(OPENING):
        return []
    block = (
        text.removeprefix(OPENING).split(END)[0].replace(json.dumps(TOOL, ensure_ascii=False), TOOL)
    )
    pieces: list[Piece] = []
    for at, part in enumerate(block.split(SYSTEM)):
        pieces += [Piece(SYSTEM)] * (at > 0)
        for number, words in enumerate(part.split(TOOL)):
            pieces += [Piece(TOOL)] * (number > 0) + [own(words)]
    return pieces

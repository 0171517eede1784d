"""The system turn as a model folder's own chat template writes it.

Families differ in the words by which they tell a model of its tools, and a model listens best to
the words it was trained with. They are read from the folder, by rendering its template once with
stand-ins for the system's text and the tools.
"""

import json
from collections.abc import Callable, Sequence

from seawright_policy.core.templates.pieces import Piece, own
from seawright_policy.core.templates.qwen3 import SystemText
from seawright_shared.errors import InvalidRequestError
from seawright_shared.stores.chat_templates import FAILURES, refuse, template_environment

SYSTEM, TOOL = "\ue000system\ue001", "\ue000tool\ue001"
"""Stand-ins, of characters that no text uses."""
OPENING, END = "<|im_start|>system\n", "<|im_end|>"


def system_text_of(source: str) -> SystemText:
    """Return what writes the system turn in the words of a chat template."""
    try:
        render = template_environment().from_string(source).render
        shapes = {
            (has_system, has_tools): _pieces(_rendered(render, has_system, has_tools))
            for has_system in (True, False)
            for has_tools in (True, False)
        }
    except FAILURES as error:
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

"""Text of two kinds in one turn: the template's own, whose markers are tokens, and others'."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_policy.core.codecs import TextCodec


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. Only in the template's own are markers read as tokens."""

    text: str
    is_own: bool = False


def own(text: str) -> Piece:
    """Return text that the template itself writes."""
    return Piece(text, is_own=True)


def assemble(codec: TextCodec, pieces: Sequence[Piece], markers: Mapping[str, int]) -> list[int]:
    """Return the ids of pieces in a row.

    What lies between two markers is encoded as one text, as a tokenizer would that saw it all;
    a marker's name in the text of others stays text.
    """
    pattern = re.compile("(" + "|".join(re.escape(name) for name in markers) + ")")
    ids: list[int] = []
    run = ""
    for piece in pieces:
        for part in pattern.split(piece.text) if piece.is_own else [piece.text]:
            if piece.is_own and part in markers:
                ids += [*codec.encode(run), markers[part]]
                run = ""
            else:
                run += part
    return [*ids, *codec.encode(run)]

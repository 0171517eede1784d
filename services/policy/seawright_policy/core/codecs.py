"""Text to token ids and back, as a template needs it."""

from collections.abc import Sequence
from typing import Protocol


class TextCodec(Protocol):
    """A tokenizer without opinions: text is never read as special tokens."""

    @property
    def num_tokens(self) -> int:
        """The size of the vocabulary."""
        ...

    def encode(self, text: str) -> list[int]:
        """Return the ids of plain text."""
        ...

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ids; special tokens are left out."""
        ...

    def special(self, token: str) -> int:
        """Return the id of a special token."""
        ...

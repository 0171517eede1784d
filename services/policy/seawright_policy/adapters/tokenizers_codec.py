"""The text codec over a `tokenizer.json`."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer


class TokenizersCodec:
    """Encodes plain text; a special token's name inside a text stays text."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer

    @classmethod
    def from_folder(cls, folder: Path) -> "TokenizersCodec":
        """Load `tokenizer.json` of a model folder."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")))

    @property
    def num_tokens(self) -> int:
        """The size of the vocabulary, special tokens included."""
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Return the ids of plain text."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ids; special tokens are left out."""
        return self._tokenizer.decode(list(token_ids), skip_special_tokens=True)

    def special(self, token: str) -> int:
        """Return the id of a special token; a missing one is a bug of the model folder."""
        token_id = self._tokenizer.token_to_id(token)
        assert token_id is not None, f"the tokenizer has no {token}"
        return token_id

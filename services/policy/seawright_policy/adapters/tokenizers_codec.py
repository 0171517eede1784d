"""The text codec over a `tokenizer.json`."""

import json
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer


class TokenizersCodec:
    """Encodes plain text; a token's name inside a text stays text, be it special or only added."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self._plain = without_names(tokenizer)

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
        return self._plain.encode(text, add_special_tokens=False).ids

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ids; special tokens are left out."""
        return self._tokenizer.decode(list(token_ids), skip_special_tokens=True)

    def has(self, token: str) -> bool:
        """Return whether the tokenizer knows this as one token."""
        return self._tokenizer.token_to_id(token) is not None

    def special(self, token: str) -> int:
        """Return the id of a special token; a missing one is a bug of the model folder."""
        token_id = self._tokenizer.token_to_id(token)
        assert token_id is not None, f"the tokenizer has no {token}"
        return token_id


def without_names(tokenizer: Tokenizer) -> Tokenizer:
    """Return a tokenizer that reads no name of an added token in a text.

    Only the names of special tokens can be switched off; others, as Qwen3's `<tool_call>`, are
    made special first.
    """
    plain = json.loads(tokenizer.to_str())
    if all(token["special"] for token in plain["added_tokens"]):
        return tokenizer
    for token in plain["added_tokens"]:
        token["special"] = True
    made = Tokenizer.from_str(json.dumps(plain))
    made.encode_special_tokens = True
    return made

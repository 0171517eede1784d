# tokenizers is partly untyped.
# pyright: reportUnknownMemberType=false
"""Builds the tiny tokenizer: whole known words, digits in pairs, one token per JSON joint.

Ids are cut the same way wherever they stand: digits in pairs from the left, and what touches a
digit, `_`, `@` or `#` is written without its leading space, so that an id has the same tokens in
prose and in JSON. Pairs halve the cost of long ids and leave fewer chances to lose the place.
"""

import json
import re
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from seawright_console.tiny_base.words import CAPITALS, FIELDS, SYLLABLES, known
from seawright_policy.wiring import SPECIAL_TOKENS

JOINTS = [
    *('{"', '": "', '", "', '"}', '": {"', '": [{"', '": ["', '"}, {"', '": ', ', "', '"]'),
    *('"], "', '"}, "', '"}}, "', '"}], "', '}, "', '}}, "', "}]", "}}", '": [], "', '"]}'),
    *('":"', '","', '":{"', '":[{"', '":["', '"},{"', '":', ',"', '"],"', '"},"', '"}},"'),
    *('"}],"', '},"', '}},"', '"}}', '": []', '":[]', "{}", '}, {"', '},{"', ' "', '" '),
]
TAILS = [
    "id",
    "ids",
    "name",
    "by",
    "zip",
    "number",
    "method",
    "methods",
    "details",
    "type",
    "code",
    "at",
    "first",
    "last",
]
WORD_COST = -10.0


def vocabulary() -> list[tuple[str, float]]:
    """Return every piece and its score: fewer pieces always win, longer ones break ties."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = known()
    parts = {part for field in FIELDS for part in re.findall("[a-z]+", field)}
    pieces = [*alphabet, *words, *sorted(parts), *SYLLABLES, *CAPITALS]
    pieces += [f"Ġ{word}" for word in [*words, *CAPITALS]]
    pieces += [f"_{tail}" for tail in TAILS] + [joint.replace(" ", "Ġ") for joint in JOINTS]
    pieces += [f"{number:02d}" for number in range(100)]
    pieces += ["..", "...", "?Ċ", ".Ċ", "Ċ-", "@example", ".com", "(y", "/n"]
    unique = list(dict.fromkeys(pieces))
    return [(piece, WORD_COST + 0.01 * len(piece)) for piece in unique]


def build() -> Tokenizer:
    """Return the tokenizer; the same on every machine."""
    specials = [(token, -100.0) for token in SPECIAL_TOKENS]
    tokenizer = Tokenizer(models.Unigram([*specials, *vocabulary()], unk_id=0, byte_fallback=False))
    spaced = "|".join(sorted({*known(), *CAPITALS}, key=lambda word: (-len(word), word)))
    pattern = "|".join(
        [
            r"\d{1,2}",
            r'[{}\[\]":, ]*["{}\[\]][{}\[\]":, ]*',
            rf" (?:{spaced})(?![A-Za-z_@\d])",
            rf"_(?:{'|'.join(sorted(TAILS, key=len, reverse=True))})(?![A-Za-z\d])",
            r"@example|\.com",
            r"[A-Z]?[a-z]+",
            r"[A-Z]",
            r"\n",
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS]
    )
    return tokenizer


def save(folder: Path) -> Tokenizer:
    """Write `tokenizer.json`, and what makes transformers read it as it is; return it."""
    tokenizer = build()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "<|pad|>",
        "eos_token": "<|end|>",
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return tokenizer

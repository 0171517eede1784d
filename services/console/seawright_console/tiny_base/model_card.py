"""The card that lies beside the tiny base model: what it is, how it was made, what it can do."""

from dataclasses import dataclass

from seawright_console.tiny_base.evaluation import Score

CARD = """# tiny base

A Qwen3-architecture model of {parameters:,} parameters with its own tokenizer of {vocabulary:,}
pieces, trained from random weights by `make tiny-base` on generic material only: echoing and
selecting ids, calling tools by their signatures, and dialogues of randomly invented toy services.
It has seen no policy, tool, name or record of the domains it is fine-tuned on later.

| | |
|---|---|
| layers, hidden size, heads (key heads), head size | {layers}, {hidden}, {heads} ({key_heads}), {head} |
| context | {context:,} tokens |
| recipe | `python -m seawright_console.tiny_base.train --minutes {minutes:g} --seed {seed}` |
| processor minutes, steps, tokens | {minutes:g}, {steps:,}, {tokens:,} |
| whole calls right in every token, held-out dialogues | {right} of {calls} ({exact:.3f}) |
| held-out dialogues of which every call is right | {right_dialogues} of {dialogues} |

A call is judged after a right history, token by token, against the most likely token. Held-out
dialogues come from the same generator with another seed. Minutes are of one processor's time, so
the number of steps differs from machine to machine, and the weights with it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a run spent."""

    minutes: float
    seed: int
    steps: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The architecture in numbers."""

    parameters: int
    vocabulary: int
    layers: int
    hidden: int
    heads: int
    key_heads: int
    head: int
    context: int


def card(made: Made, shape: Shape, score: Score) -> str:
    """Return the card in Markdown."""
    return CARD.format(
        **{name: getattr(part, name) for part in (made, shape) for name in part.__slots__},
        right=score.num_right_calls,
        calls=score.num_calls,
        exact=score.exact_match,
        right_dialogues=score.num_right_dialogues,
        dialogues=score.num_dialogues,
    )

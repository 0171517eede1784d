"""How well a model calls tools: whole turns that it would sample greedily as they should be."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import Qwen3ForCausalLM

from seawright_policy.wiring import Rendering

CALL_ID = 6
"""Of `<|call|>`, the seventh special token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts over held-out dialogues, every turn judged after a right history."""

    num_calls: int
    num_right_calls: int
    num_dialogues: int
    num_right_dialogues: int
    """Dialogues of which every call is right."""

    @property
    def exact_match(self) -> float:
        """The share of whole calls that are right in every token."""
        return self.num_right_calls / max(self.num_calls, 1)

    def plain(self) -> dict[str, float | int | str]:
        """Return the figures for a log line."""
        return {
            "exact_match": self.exact_match,
            "num_calls": self.num_calls,
            "right_dialogues": self.num_right_dialogues / max(self.num_dialogues, 1),
        }


@torch.inference_mode()
def score(model: Qwen3ForCausalLM, dialogues: Sequence[Rendering]) -> Score:
    """Judge every call of the dialogues."""
    num_calls = num_right = num_clean = 0
    for one in dialogues:
        ids = torch.tensor([one.token_ids])
        with torch.autocast("cpu", torch.bfloat16):
            guesses = model(input_ids=ids).logits[0].argmax(-1).tolist()
        before = (num_calls, num_right)
        for start, end in turns(one.loss_mask):
            if CALL_ID in one.token_ids[start:end]:
                num_calls += 1
                num_right += guesses[start - 1 : end - 1] == one.token_ids[start:end]
        num_clean += num_calls - before[0] == num_right - before[1]
    return Score(
        num_calls=num_calls,
        num_right_calls=num_right,
        num_dialogues=len(dialogues),
        num_right_dialogues=num_clean,
    )


def turns(loss_mask: Sequence[bool]) -> list[tuple[int, int]]:
    """Return start and end of every run of spoken tokens."""
    edges = [at for at in range(1, len(loss_mask)) if loss_mask[at] != loss_mask[at - 1]]
    edges += [len(loss_mask)] if loss_mask[-1] else []
    return [(edges[at], edges[at + 1]) for at in range(0, len(edges) - 1, 2)]

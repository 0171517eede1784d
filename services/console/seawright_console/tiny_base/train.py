"""Trains the tiny base model from random weights on generic material, in a given time.

Usage: `python -m seawright_console.tiny_base.train --out DIR --minutes 60 --seed 0`.
"""

import argparse
import copy
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from seawright_console.tiny_base import material, tokenizer
from seawright_console.tiny_base.batches import Batch, Batcher
from seawright_console.tiny_base.evaluation import Score, score
from seawright_policy.wiring import renderer_for
from torch import Tensor
from torch.nn import functional
from transformers import Qwen3Config, Qwen3ForCausalLM

LEARNING_RATE = 3e-3
WARMUP_SHARE = 0.02
AVERAGE_DECAY = 0.99
HEARD_WEIGHT = 0.1
"""Weight of a token that others said, against 1 for what the assistant says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a run is made from; written into the model card."""

    minutes: float
    seed: int
    num_threads: int = 1
    batch_tokens: int = 4096


def new_model(num_tokens: int, seed: int) -> Qwen3ForCausalLM:
    """Return the architecture with random weights."""
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=num_tokens,
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=4096,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
        attn_implementation="sdpa",
    )
    return Qwen3ForCausalLM(config)


def loss_of(model: Qwen3ForCausalLM, batch: Batch) -> Tensor:
    """Return the weighted mean cross-entropy of a batch."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=batch.inputs).last_hidden_state
        wanted = batch.weights > 0
        logits = model.lm_head(hidden[wanted])
    losses = functional.cross_entropy(logits.float(), batch.targets[wanted], reduction="none")
    weights = batch.weights[wanted]
    return (losses * weights).sum() / weights.sum()


def rate_at(progress: float) -> float:
    """Return the learning rate: a linear warm-up, then half a cosine down to 2 %."""
    if progress < WARMUP_SHARE:
        return LEARNING_RATE * max(progress / WARMUP_SHARE, 0.02)
    along = (progress - WARMUP_SHARE) / (1 - WARMUP_SHARE)
    return LEARNING_RATE * (0.02 + 0.49 * (1 + math.cos(math.pi * min(along, 1.0))))


def train(recipe: Recipe, out: Path) -> Score:
    """Train for the recipe's minutes, keep the averaged weights in `out`, return its score."""
    torch.set_num_threads(recipe.num_threads)
    out.mkdir(parents=True, exist_ok=True)
    renderer = renderer_for(tokenizer.save(out))
    num_tokens = tokenizer.build().get_vocab_size()
    model = new_model(num_tokens, recipe.seed)
    average = copy.deepcopy(model).requires_grad_(requires_grad=False)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.98), fused=True)
    batcher = Batcher(renderer, Random(recipe.seed), recipe.batch_tokens, HEARD_WEIGHT)
    held_out = material.held_out(renderer, recipe.seed)
    start, seen, step, saved = time.perf_counter(), 0, 0, 0.0
    while (progress := (time.perf_counter() - start) / 60 / recipe.minutes) < 1:
        batch = batcher.draw(progress)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(progress)
        loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step, seen = step + 1, seen + batch.num_tokens
        decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
        seconds = time.perf_counter() - start
        if step % 20 == 0:
            report(
                {
                    "step": step,
                    "minutes": seconds / 60,
                    "loss": loss.item(),
                    "tokens": seen,
                    "per_second": seen / seconds,
                }
            )
        if seconds - saved > max(120.0, recipe.minutes * 3):
            saved = seconds
            save(average, out)
            report({"step": step, **score(average, held_out).plain()})
    save(average, out)
    final = score(average, held_out)
    report({"step": step, "tokens": seen, **final.plain()})
    return final


def save(model: Qwen3ForCausalLM, out: Path) -> None:
    """Write the folder that transformers and the policy service load."""
    kept = copy.deepcopy(model).to(torch.bfloat16)
    kept.save_pretrained(out)
    (out / "renderer.json").write_text(json.dumps({"template": "tiny"}) + "\n")


def report(fields: dict[str, float | int | str]) -> None:
    """Print one line of progress."""
    rounded = {key: round(x, 4) if isinstance(x, float) else x for key, x in fields.items()}
    print(json.dumps(rounded), flush=True)  # noqa: T201


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    recipe = Recipe(minutes=asked.minutes, seed=asked.seed, num_threads=asked.threads)
    train(recipe, asked.out)


if __name__ == "__main__":
    main()

# torch and transformers are partly untyped.
# pyright: reportUnknownMemberType=false
"""Trains the tiny base model from random weights on generic material, in a given time.

Usage: `python -m seawright_console.tiny_base.train --out DIR --minutes 24 --seed 0`. Minutes are
of processor time, so that a busy machine takes longer and learns no less.
"""

import argparse
import copy
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from torch.nn import functional
from transformers import Qwen3Config, Qwen3ForCausalLM

from seawright_console.tiny_base import chat_template, material, tokenizer
from seawright_console.tiny_base.batches import Batch, Batcher
from seawright_console.tiny_base.evaluation import Score, score
from seawright_console.tiny_base.model_card import Made, Shape, card
from seawright_console.tiny_base.words import known
from seawright_policy.wiring import renderer_for

LEARNING_RATE = 3e-3
"""Of AdamW: embeddings and norms."""
SPACE = "\u0120"
"""How byte-level tokens write a leading space."""
MATRIX_RATE = 0.02
"""Of Muon, which takes the layers' matrices: copying forms in about half the steps."""
WARMUP_SHARE = 0.02
AVERAGE_DECAY = 0.99
COPYING_LOSS = 0.4
"""Echoes are taught until their loss, smoothed, is below it: induction has formed."""
LONGEST_ECHO = 0.25
SAVE_SHARE = 0.06
"""How often, as a share of the run, the averaged weights are saved and scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a run is made from; written into the model card."""

    minutes: float
    seed: int
    num_threads: int = 1
    batch_tokens: int = 4096


def new_model(pieces: Mapping[str, int], seed: int) -> Qwen3ForCausalLM:
    """Return the architecture with random weights."""
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=len(pieces),
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
    )
    model = Qwen3ForCausalLM(config)
    relate_forms(model.model.embed_tokens.weight, pieces)
    return model


@torch.no_grad()
def relate_forms(embedding: Tensor, pieces: Mapping[str, int]) -> None:
    """Draw a word's forms (`word`, ` word`, `Word`, ` Word`) as one random vector and a form's own.

    So a word that is copied is the same word in prose and in JSON from the first step on.
    """
    shifts = torch.randn(4, embedding.shape[1]) * 0.02
    for word in known():
        forms = (word, SPACE + word, word.capitalize(), SPACE + word.capitalize())
        root = torch.randn(embedding.shape[1]) * 0.02
        for form, shift in zip(forms, shifts, strict=True):
            if form in pieces and (len(word) > 1 or form != word):
                embedding[pieces[form]] = root + shift


def loss_of(model: Qwen3ForCausalLM, batch: Batch) -> Tensor:
    """Return the mean cross-entropy of what the assistant says."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=batch.inputs).last_hidden_state
        logits = model.lm_head(hidden[batch.is_said])
    return functional.cross_entropy(logits.float(), batch.targets[batch.is_said])


def rate_at(progress: float) -> float:
    """Return the share of the full rate: a linear warm-up, then half a cosine down to 2 %."""
    if progress < WARMUP_SHARE:
        return max(progress / WARMUP_SHARE, 0.02)
    along = (progress - WARMUP_SHARE) / (1 - WARMUP_SHARE)
    return 0.02 + 0.49 * (1 + math.cos(math.pi * min(along, 1.0)))


def optimizers_of(model: Qwen3ForCausalLM) -> list[torch.optim.Optimizer]:
    """Return Muon for the layers' matrices and AdamW for the rest."""
    matrices = [p for p in model.model.layers.parameters() if p.dim() == 2]
    taken = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in taken]
    return [
        torch.optim.Muon(matrices, lr=MATRIX_RATE, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(rest, lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]


def train(recipe: Recipe, out: Path) -> Score:
    """Train for the recipe's minutes, keep the averaged weights in `out`, return its score."""
    torch.set_num_threads(recipe.num_threads)
    out.mkdir(parents=True, exist_ok=True)
    chat_template.save(out)
    renderer = renderer_for(tokenizer.save(out))
    model = new_model(tokenizer.build().get_vocab(), recipe.seed)
    average = copy.deepcopy(model).requires_grad_(requires_grad=False)
    optimizers = optimizers_of(model)
    full_rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    batcher = Batcher(renderer, Random(recipe.seed), recipe.batch_tokens)  # noqa: S311
    held_out = material.held_out(renderer, recipe.seed)
    start, seen, step, saved = time.process_time(), 0, 0, 0.0
    smooth, formed = 10.0, None
    while (progress := (time.process_time() - start) / 60 / recipe.minutes) < 1:
        is_echo = formed is None
        batch = (
            batcher.echoes() if formed is None else batcher.draw((progress - formed) / (1 - formed))
        )
        loss = loss_of(model, batch)
        smooth += 0.1 * (loss.item() - smooth)
        if is_echo and (smooth < COPYING_LOSS or progress > LONGEST_ECHO):
            formed = progress
            report({"step": step, "copying_formed": progress})
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, full in zip(optimizers, full_rates, strict=True):
            optimizer.param_groups[0]["lr"] = full * rate_at(progress)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step, seen = step + 1, seen + batch.num_tokens
        decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
        blend(average, model, 1 - decay)
        if step % 20 == 0:
            report({"step": step, "progress": progress, "loss": smooth, "tokens": seen})
        if progress - saved > SAVE_SHARE:
            saved = progress
            save(average, out)
            report({"step": step, **score(average, held_out).plain()})
    save(average, out)
    final = score(average, held_out)
    report({"step": step, "tokens": seen, **final.plain()})
    made = Made(minutes=recipe.minutes, seed=recipe.seed, steps=step, tokens=seen)
    (out / "MODEL_CARD.md").write_text(card(made, shape_of(average), final))
    return final


@torch.no_grad()
def blend(average: Qwen3ForCausalLM, model: Qwen3ForCausalLM, share: float) -> None:
    """Move the averaged weights towards the present ones by a share of the way."""
    for mean, present in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(present, share)


def save(model: Qwen3ForCausalLM, out: Path) -> None:
    """Write the folder that transformers and the policy service load."""
    copy.deepcopy(model).bfloat16().save_pretrained(out)
    (out / "generation_config.json").unlink(missing_ok=True)
    (out / "model.safetensors").chmod(0o644)
    (out / "renderer.json").write_text(json.dumps({"template": "tiny"}) + "\n")


def shape_of(model: Qwen3ForCausalLM) -> Shape:
    """Return the architecture in numbers."""
    config = model.config
    return Shape(
        parameters=sum(one.numel() for one in model.parameters()),
        vocabulary=config.vocab_size,
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        heads=config.num_attention_heads,
        key_heads=config.num_key_value_heads or config.num_attention_heads,
        head=config.head_dim or config.hidden_size // config.num_attention_heads,
        context=config.max_position_embeddings,
    )


def report(fields: dict[str, float | int | str]) -> None:
    """Print one line of progress."""
    rounded = {key: round(x, 4) if isinstance(x, float) else x for key, x in fields.items()}
    print(json.dumps(rounded), flush=True)  # noqa: T201


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "model")
    parser.add_argument("--minutes", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    recipe = Recipe(minutes=asked.minutes, seed=asked.seed, num_threads=asked.threads)
    train(recipe, asked.out)


if __name__ == "__main__":
    main()

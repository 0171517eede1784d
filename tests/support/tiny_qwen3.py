"""Qwen3 in small: a byte-level tokenizer with the family's markers, and random models."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3MoeConfig, Qwen3MoeForCausalLM
from transformers.utils import logging

from seawright_policy.core.templates.qwen3 import MARKERS

logging.disable_progress_bar()

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
SPLIT = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""Words, single digits, runs of signs, line breaks, spaces."""

TEXTS = [
    "Please change the seat of this booking to the window, thank you.",
    'user assistant system {"name": "find_seat", "arguments": {"seat_id": "K-12"}}',
    "The result of the call was not what the customer asked for.\n\nShall I go on?",
    "thoughts about what is right and what the policy says, one after another",
] * 8


@cache
def words() -> str:
    """Return the tokenizer as JSON: it is trained once a process."""
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(TEXTS, trainer)
    made.add_special_tokens([AddedToken(one, normalized=False) for one in SPECIAL])
    others = [one for one in MARKERS if one not in SPECIAL]
    made.add_tokens([AddedToken(one, normalized=False, special=False) for one in others])
    return made.to_str()


def tokenizer() -> Tokenizer:
    """Return a fresh copy: codecs change how theirs reads."""
    return Tokenizer.from_str(words())


def write_qwen3(
    folder: Path,
    seed: int = 0,
    *,
    template: str = "qwen3",
    reasoning: str = "kept",
    is_moe: bool = False,
    context: int = 1024,
) -> str:
    """Write a random model's folder; return the SHA-256 of its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    made = tokenizer()
    shape: dict[str, Any] = {
        "vocab_size": made.get_vocab_size(),
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": context,
        "tie_word_embeddings": False,
        "bos_token_id": None,
        "eos_token_id": made.token_to_id("<|im_end|>"),
        "pad_token_id": made.token_to_id("<|endoftext|>"),
        "dtype": "float32",
    }
    experts: dict[str, Any] = {
        "num_experts": 8,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 32,
    }
    model = (
        Qwen3MoeForCausalLM(Qwen3MoeConfig(**shape, **experts))
        if is_moe
        else Qwen3ForCausalLM(Qwen3Config(**shape))
    )
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(3.0)
    model.save_pretrained(folder)
    made.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "renderer.json").write_text(
        json.dumps({"template": template, "reasoning": reasoning})
    )
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()

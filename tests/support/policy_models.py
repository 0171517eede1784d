"""Random little Qwen3 models in Hugging Face layout, with the tiny tokenizer."""

import hashlib
import json
from pathlib import Path

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM
from transformers.utils import logging

from seawright_console.tiny_base import tokenizer
from seawright_policy.wiring import Renderer, renderer_for

logging.disable_progress_bar()


def tiny_renderer() -> Renderer:
    """Return the renderer of the tiny template."""
    return renderer_for(tokenizer.build())


def write_model(
    folder: Path, seed: int = 0, *, has_tokenizer: bool = True, context: int = 512
) -> str:
    """Write a model folder; return the SHA-256 of its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=tokenizer.build().get_vocab_size(),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
    )
    model = Qwen3ForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.mul_(6.0)
    model.save_pretrained(folder)
    if has_tokenizer:
        tokenizer.save(folder)
        (folder / "renderer.json").write_text(json.dumps({"template": "tiny"}))
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()

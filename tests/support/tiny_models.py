"""A random Qwen3 of a few thousand parameters, in Hugging Face layout."""

import json
from pathlib import Path

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

VOCABULARY = 32


def write_tiny_model(folder: Path, *, seed: int = 0, is_tied: bool = True) -> Path:
    """Write config.json, model.safetensors, a tokenizer and a template; return the folder."""
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        intermediate_size=64,
        max_position_embeddings=256,
        tie_word_embeddings=is_tied,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    vocabulary = {f"t{index}": index for index in range(VOCABULARY)}
    model = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "t0"}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": model}))
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    return folder

"""A random Qwen3 of a few thousand parameters, in Hugging Face layout."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3MoeConfig, Qwen3MoeForCausalLM

VOCABULARY = 32


def write_tiny_model(
    folder: Path, *, seed: int = 0, is_tied: bool = True, is_mixture: bool = False
) -> Path:
    """Write config.json, model.safetensors, a tokenizer and a template; return the folder."""
    torch.manual_seed(seed)
    shape: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "tie_word_embeddings": is_tied,
    }
    experts: dict[str, Any] = {
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 16,
    }
    model = (
        Qwen3MoeForCausalLM(Qwen3MoeConfig(**shape, **experts, norm_topk_prob=True))
        if is_mixture
        else Qwen3ForCausalLM(Qwen3Config(**shape))
    )
    if is_mixture:
        with torch.no_grad():
            # Routes that are clear: a rounding error must not change them.
            for name, parameter in model.named_parameters():
                if "mlp.gate" in name:
                    parameter.mul_(50.0)
    model.save_pretrained(folder)
    vocabulary = {f"t{index}": index for index in range(VOCABULARY)}
    model = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "t0"}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": model}))
    (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}{{ m.content }}|{% endfor %}"
    )
    return folder

"""Models of transformers, from a folder in Hugging Face layout."""

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from seawright_trainer.core.packed_attention import NAME, register_packed_attention
from seawright_trainer.core.packed_model import PackedModel
from seawright_trainer.core.packing import CostModel, transformer_cost


def load_model(folder: str) -> PackedModel:
    """Load fp32 master weights from a folder in Hugging Face layout."""
    register_packed_attention()
    language_model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation=NAME, local_files_only=True
    )
    return PackedModel(language_model)


def cost_model(folder: str) -> CostModel:
    """Return what a sequence costs, from the model's configuration alone."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    hidden, layers = int(config.hidden_size), int(config.num_hidden_layers)
    heads, kv_heads = int(config.num_attention_heads), int(config.num_key_value_heads)
    head_size = int(config.head_dim)
    attention = hidden * head_size * (2 * heads + 2 * kv_heads)
    block = attention + 3 * hidden * int(config.intermediate_size)
    return transformer_cost(
        num_parameters=layers * block,
        num_layers=layers,
        num_heads=heads,
        head_size=head_size,
    )

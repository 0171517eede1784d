"""Models of transformers, from a folder in Hugging Face layout."""

import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.adapters.meta_models import shape_of, wrong_targets
from seawright_trainer.core.lora import add_adapters
from seawright_trainer.core.packed_attention import NAME, register_packed_attention
from seawright_trainer.core.packed_model import PackedModel
from seawright_trainer.core.packing import CostModel, transformer_cost


def prepare_model(spec: TrainingSpec) -> PackedModel:
    """Load what a spec trains, with its adapters if it has any."""
    model = load_model(spec.model.uri, recompute_blocks=spec.recompute_blocks)
    if spec.lora is not None and not add_adapters(model, spec.lora, seed=spec.seed):
        raise wrong_targets(f"the model has no linear layer named {', '.join(spec.lora.targets)}")
    return model


def load_model(folder: str, *, recompute_blocks: bool = False) -> PackedModel:
    """Load fp32 master weights from a folder in Hugging Face layout."""
    register_packed_attention()
    experts = "grouped_mm" if torch.cuda.is_available() else "eager"
    language_model = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation=NAME,
        experts_implementation=experts,
        local_files_only=True,
    )
    if recompute_blocks:
        language_model.activation_checkpointing_enable()
        language_model.train()
    return PackedModel(language_model)


def cost_model(folder: str) -> CostModel:
    """Return what a sequence costs, from the model's configuration alone."""
    shape = shape_of(json.loads((Path(folder) / "config.json").read_text()), torch.float32)
    return transformer_cost(
        num_parameters=shape.num_active_parameters,
        num_layers=shape.num_blocks,
        num_heads=shape.num_heads,
        head_size=shape.head_size,
    )

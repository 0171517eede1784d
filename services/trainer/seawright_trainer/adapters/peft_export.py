"""A LoRA adapter alone, in PEFT's layout: what vLLM loads beside the base it serves."""

import json
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import save_file
from torch.distributed.tensor import DTensor

from seawright_trainer.core.lora import LoraLinear, is_adapter, peft_name
from seawright_trainer.core.packed_model import PackedModel


def write_adapter(model: PackedModel, *, base: Path, folder: Path, dtype: torch.dtype) -> None:
    """Gather the adapters on all ranks; rank 0 writes them and their configuration."""
    weights: dict[str, torch.Tensor] = {}
    for name, parameter in model.language_model.named_parameters():
        if is_adapter(name):
            whole = parameter.full_tensor() if isinstance(parameter, DTensor) else parameter
            weights[peft_name(name)] = whole.detach().to("cpu", dtype).contiguous()
    if dist.get_rank() != 0:
        return
    layers = {
        path.rpartition(".")[2]: module
        for path, module in model.named_modules()
        if isinstance(module, LoraLinear)
    }
    assert layers, "an adapter export of a model without adapters"
    one = next(iter(layers.values()))
    rank = one.lora_A.shape[0]
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": str(base),
        "r": rank,
        "lora_alpha": one.scale * rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted(layers),
        "inference_mode": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True))
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})

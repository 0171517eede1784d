"""Low-rank adapters (arXiv 2106.09685): the base is frozen, its linear layers gain A and B.

R = rank, I = inputs, O = outputs of a layer.
"""

import math
from collections.abc import Mapping
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from seawright_shared.records.specs import LoraSpec

PEFT_PREFIX = "base_model.model."
SUFFIXES: Mapping[str, str] = {"lora_A": "lora_A.weight", "lora_B": "lora_B.weight"}
"""From a parameter's name here to its name in PEFT's layout, which vLLM and SGLang load."""


class LoraLinear(nn.Linear):
    """x W' + scale x A' B'. It keeps the weight's own name, so that exports need no mapping."""

    def __init__(self, base: nn.Linear, spec: LoraSpec, generator: torch.Generator) -> None:
        # On meta: the base's own tensors take the place of these.
        own_bias = cast("nn.Parameter | None", base.bias)
        has_bias = own_bias is not None
        super().__init__(base.in_features, base.out_features, bias=has_bias, device="meta")
        self.weight = nn.Parameter(base.weight.detach(), requires_grad=False)
        if own_bias is not None:
            self.bias = nn.Parameter(own_bias.detach(), requires_grad=False)
        bound = 1.0 / math.sqrt(base.in_features)
        drawn_RI = torch.rand(spec.rank, base.in_features, generator=generator)
        self.lora_A = nn.Parameter((2.0 * drawn_RI - 1.0) * bound)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, spec.rank))
        self.scale = spec.alpha / spec.rank

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
        """Return the layer's output; equal to the base's until the first step."""
        low_rank = functional.linear(functional.linear(input, self.lora_A), self.lora_B)
        return super().forward(input) + self.scale * low_rank


def add_adapters(model: nn.Module, spec: LoraSpec, *, seed: int) -> int:
    """Freeze the model and give its named linear layers adapters; return how many it gave.

    A is drawn from the seed alone, in the order of the layers: every rank draws the same.
    """
    model.requires_grad_(requires_grad=False)
    generator = torch.Generator().manual_seed(seed)
    num_given = 0
    for path, module in list(model.named_modules()):
        parent, _, name = path.rpartition(".")
        if isinstance(module, nn.Linear) and name in spec.targets:
            setattr(model.get_submodule(parent), name, LoraLinear(module, spec, generator))
            num_given += 1
    return num_given


def is_adapter(name: str) -> bool:
    """Return whether a parameter is an adapter's own."""
    return name.rpartition(".")[2] in SUFFIXES


def peft_name(name: str) -> str:
    """Return an adapter parameter's name in PEFT's layout."""
    layer, _, own = name.rpartition(".")
    return f"{PEFT_PREFIX}{layer}.{SUFFIXES[own]}"


def merged(
    module: nn.Module, weight_OI: torch.Tensor, adapter: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    """Return W + scale B A, all gathered and in the weights' own type."""
    scale = cast("LoraLinear", module).scale
    return weight_OI + scale * (adapter["lora_B"] @ adapter["lora_A"])

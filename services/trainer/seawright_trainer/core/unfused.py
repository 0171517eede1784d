"""Names and pieces of exported weights: engines know a mixture's experts one by one.

E = experts, I = their inner size, H = hidden size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

GATE_UP = "experts.gate_up_proj"
"""(E, 2 I, H), as transformers holds it."""
DOWN = "experts.down_proj"
"""(E, H, I)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of an export: the parameters in it, and who writes it."""

    file: str
    names: tuple[str, ...]
    owner: int


def unfused(name: str, weight: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return the tensors that a parameter is exported as; all but experts stay as they are."""
    if name.endswith(GATE_UP):
        at, pieces = name.removesuffix("gate_up_proj"), dict[str, torch.Tensor]()
        for expert, gate_up in enumerate(weight.unbind()):
            gate, up = gate_up.chunk(2)
            pieces[f"{at}{expert}.gate_proj.weight"] = gate.contiguous()
            pieces[f"{at}{expert}.up_proj.weight"] = up.contiguous()
        return pieces
    if name.endswith(DOWN):
        at = name.removesuffix("down_proj")
        down = enumerate(weight.unbind())
        return {f"{at}{expert}.down_proj.weight": piece.contiguous() for expert, piece in down}
    return {name: weight}


def plan_shards(sizes: Sequence[tuple[str, int]], *, max_bytes: int, num_ranks: int) -> list[Shard]:
    """Lay parameters, in order, into files of at most so many bytes; ranks take turns to write.

    A single file has the name that everybody looks for; a parameter is never divided.
    """
    files: list[list[str]] = [[]]
    held = 0
    for name, size in sizes:
        if files[-1] and held + size > max_bytes:
            files.append([])
            held = 0
        files[-1].append(name)
        held += size
    if len(files) == 1:
        return [Shard(file="model.safetensors", names=tuple(files[0]), owner=0)]
    return [
        Shard(
            file=f"model-{index + 1:05}-of-{len(files):05}.safetensors",
            names=tuple(names),
            owner=index % num_ranks,
        )
        for index, names in enumerate(files)
    ]

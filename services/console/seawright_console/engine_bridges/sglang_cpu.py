"""Starts SGLang's server on a CPU with what package indexes offer.

Two things have no CPU build there. torchvision's compiled half does not load beside a CPU torch,
and fails when it describes operators that then do not exist: their names are declared first. And
rotary embeddings fall back to a kernel of vLLM's: the same arithmetic is put in its place. The
server's child processes import this script again, and are bridged in the same way.
"""

import runpy
import sys
from types import ModuleType

import torch

VISION_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
KEPT: list[torch.library.Library] = []
"""Declarations last as long as their library object."""


def rotary_embedding(
    positions: torch.Tensor,
    query: torch.Tensor,
    key: torch.Tensor | None,
    head_size: int,
    cos_sin_cache: torch.Tensor,
    is_neox: bool,  # noqa: FBT001 - called so by SGLang
) -> None:
    """Rotate queries and keys in place by their positions."""
    cos, sin = cos_sin_cache[positions.flatten()].float().chunk(2, dim=-1)
    for turned in (query, key):
        if turned is None:
            continue
        heads = turned.view(positions.numel(), -1, head_size)
        part = heads[..., : cos.shape[-1] * 2].float()
        even, odd = part.chunk(2, dim=-1) if is_neox else (part[..., ::2], part[..., 1::2])
        cos_H, sin_H = cos[:, None], sin[:, None]  # noqa: N806 - one axis for all heads
        first, second = even * cos_H - odd * sin_H, odd * cos_H + even * sin_H
        whole = (
            torch.cat((first, second), dim=-1)
            if is_neox
            else torch.stack((first, second), dim=-1).flatten(-2)
        )
        heads[..., : cos.shape[-1] * 2] = whole.to(heads.dtype)


def bridge() -> None:
    """Put in place what SGLang will look for."""
    library = torch.library.Library("torchvision", "DEF")
    for operator in VISION_OPERATORS:
        # torch leaves the type of a schema open.
        library.define(operator)  # pyright: ignore[reportUnknownMemberType]
    KEPT.append(library)
    kernels = ModuleType("vllm._custom_ops")
    kernels.__dict__["rotary_embedding"] = rotary_embedding
    package = ModuleType("vllm")
    package.__dict__.update({"__path__": [], "_custom_ops": kernels})
    sys.modules.update({"vllm": package, "vllm._custom_ops": kernels})


if __name__ in ("__main__", "__mp_main__"):
    bridge()
if __name__ == "__main__":
    runpy.run_module("sglang.launch_server", run_name="__main__")

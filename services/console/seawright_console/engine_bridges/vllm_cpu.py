"""Starts vLLM's server on a CPU so that new weights of experts arrive there whole.

vLLM 0.32 packs the matrices of experts for its CPU kernel when a model is loaded, and leaves that
out when weights are read in place: the kernel then reads unpacked matrices as packed ones, and every
expert computes nonsense. Here they are packed then, too. The engine's process imports this script
again, and is bridged in the same way.
"""

import runpy
from importlib import import_module
from typing import Any, Protocol

METHODS = "vllm.model_executor.layers.fused_moe.unquantized_fused_moe_method"


class Experts(Protocol):
    """The kernel's side of a layer of experts."""

    def process_weights_after_loading(self, layer: object) -> None:
        """Pack the layer's matrices."""
        ...


class Kernel(Protocol):
    """What computes a layer of experts."""

    fused_experts: Experts


class Method(Protocol):
    """What is used of vLLM's method for experts."""

    moe_kernel: Kernel | None


def bridge() -> None:
    """Put in place what is left out."""
    method: Any = import_module(METHODS).UnquantizedFusedMoEMethod
    set_up = method._setup_kernel

    def set_up_and_pack(own: Method, layer: object, w13: object, w2: object) -> None:
        kernel = own.moe_kernel
        set_up(own, layer, w13, w2)
        if kernel is not None:
            kernel.fused_experts.process_weights_after_loading(layer)

    method._setup_kernel = set_up_and_pack


if __name__ in ("__main__", "__mp_main__"):
    bridge()
if __name__ == "__main__":
    runpy.run_module("vllm.entrypoints.openai.api_server", run_name="__main__")

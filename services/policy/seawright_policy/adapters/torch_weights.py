"""Loads a Qwen3 model with transformers and keeps its weights as the decoder wants them.

Shapes: d hidden size, H query heads, K key heads, e head size, V vocabulary.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import Qwen3ForCausalLM
from transformers.utils.logging import disable_progress_bar

from seawright_shared.errors import InvalidRequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One decoder layer; projections that read the same input are one matrix."""

    norm_in: Tensor
    qkv: Tensor
    """((H + 2 K) e, d)"""
    norm_q: Tensor
    norm_k: Tensor
    out: Tensor
    norm_mlp: Tensor
    gate_up: Tensor
    """(2 x inner, d)"""
    down: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model ready to decode. Norms are float32, matrices the compute type."""

    embedding: Tensor
    layers: list[Layer]
    norm: Tensor
    head: Tensor
    cos: Tensor
    """(context, e)"""
    sin: Tensor
    num_heads: int
    num_key_heads: int
    head_size: int
    epsilon: float
    context_length: int
    dtype: torch.dtype


def read_weights(folder: Path, *, dtype: torch.dtype, max_context: int, device: str) -> Weights:
    """Return the weights of a folder in Hugging Face layout."""
    disable_progress_bar()
    try:
        model = Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InvalidRequestError(f"{folder} holds no Qwen3 model: {error}") from error
    return convert(model, dtype=dtype, max_context=max_context, device=device)


@torch.inference_mode()
def convert(
    model: Qwen3ForCausalLM, *, dtype: torch.dtype, max_context: int, device: str = "cpu"
) -> Weights:
    """Return a loaded model's weights, in the compute type, on the device."""
    config = model.config
    state = {name: x.detach() for name, x in model.state_dict().items()}

    def matrix(*names: str) -> Tensor:
        return torch.cat([state[name] for name in names]).to(device, dtype).contiguous()

    def norm(name: str) -> Tensor:
        return state[name].to(device, torch.float32)

    layers: list[Layer] = []
    for number in range(config.num_hidden_layers):
        at = f"model.layers.{number}."
        attention, mlp = at + "self_attn.", at + "mlp."
        layers.append(
            Layer(
                norm_in=norm(at + "input_layernorm.weight"),
                qkv=matrix(*(f"{attention}{part}_proj.weight" for part in "qkv")),
                norm_q=norm(attention + "q_norm.weight"),
                norm_k=norm(attention + "k_norm.weight"),
                out=matrix(attention + "o_proj.weight"),
                norm_mlp=norm(at + "post_attention_layernorm.weight"),
                gate_up=matrix(mlp + "gate_proj.weight", mlp + "up_proj.weight"),
                down=matrix(mlp + "down_proj.weight"),
            )
        )
    context_length = min(int(config.max_position_embeddings), max_context)
    positions = torch.arange(context_length)[None]
    hidden = torch.zeros(1, 1, config.hidden_size)
    cos, sin = model.model.rotary_emb(hidden, positions)
    return Weights(
        embedding=state["model.embed_tokens.weight"].to(device, torch.float32),
        layers=layers,
        norm=norm("model.norm.weight"),
        head=matrix("lm_head.weight"),
        cos=cos[0].to(device, torch.float32),
        sin=sin[0].to(device, torch.float32),
        num_heads=int(config.num_attention_heads),
        num_key_heads=int(config.num_key_value_heads or config.num_attention_heads),
        head_size=layers[0].norm_q.shape[0],
        epsilon=float(config.rms_norm_eps),
        context_length=context_length,
        dtype=dtype,
    )

"""A model's shape, from its configuration alone: built on the meta device, where nothing is held."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from pydantic import JsonValue
from torch import nn
from torch.autograd.function import FunctionCtx
from torch.autograd.graph import saved_tensors_hooks
from transformers import AttentionInterface, AutoModelForCausalLM, PretrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.specs import LoraSpec
from seawright_trainer.core.lora import add_adapters
from seawright_trainer.core.planning.shapes import ModelShape

NAME = "seawright_planned"
MODEL_TYPES = ("qwen3", "qwen3_moe")
NUM_TOKENS = 64
_MOST = {
    "num_hidden_layers": 1_000,
    "num_attention_heads": 4_096,
    "num_key_value_heads": 4_096,
    "head_dim": 8_192,
    "hidden_size": 1 << 20,
    "intermediate_size": 1 << 22,
    "vocab_size": 1 << 24,
    "num_labels": 10_000,
}
_MOST_OF_MIXTURES = {
    "num_experts": 1 << 16,
    "num_experts_per_tok": 1 << 16,
    "moe_intermediate_size": 1 << 22,
}
"""Far beyond any model; what is larger would take the service's time and memory, not a GPU's."""


class _Kept(torch.autograd.Function):
    """Attention that computes nothing and keeps what the real one keeps (`packed_attention`)."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor
    ) -> torch.Tensor:
        output = torch.empty_like(query.transpose(1, 2).contiguous())
        normalizer = torch.empty(query.shape[:3], dtype=torch.float32, device=query.device)
        ctx.save_for_backward(query, key, value, output, normalizer)
        return output

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: torch.Tensor) -> tuple[torch.Tensor, ...]:
        del gradients
        return tuple(torch.empty_like(tensor) for tensor in cast("Any", ctx).saved_tensors[:3])


def shape_of(
    config: Mapping[str, JsonValue], dtype: torch.dtype, lora: LoraSpec | None = None
) -> ModelShape:
    """Return the shape of the model that a Hugging Face `config.json` describes.

    Raises `InvalidRequestError` for what is no Qwen3, dense or mixture of experts.
    """
    settings = _config(config)
    if settings.num_attention_heads % settings.num_key_value_heads:
        raise _wrong("/num_key_value_heads", "it divides num_attention_heads")
    try:
        return _measured(settings, dtype, lora)
    except InvalidRequestError:
        raise
    # Sizes that do not go together fail wherever a layer is made or run.
    except Exception as error:
        raise _wrong("", f"no {settings.model_type} can be built of it: {error}") from error


def _measured(settings: PretrainedConfig, dtype: torch.dtype, lora: LoraSpec | None) -> ModelShape:
    AttentionInterface.register(NAME, _attend)
    # Grouped products of experts are bf16's; in fp32 a mixture keeps about twice as much.
    profiled = torch.bfloat16 if settings.model_type == "qwen3_moe" else dtype
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(settings, attn_implementation=NAME, dtype=profiled)
    block = cast("nn.Module", model.base_model.layers[0])
    in_block = sum(parameter.numel() for parameter in block.parameters())
    blocks = int(settings.num_hidden_layers)
    whole = sum(parameter.numel() for parameter in model.parameters())
    adapters = None if lora is None else _adapt(model, block, lora, profiled)
    is_mixture = settings.model_type == "qwen3_moe"
    return ModelShape(
        num_blocks=blocks,
        hidden_size=int(settings.hidden_size),
        vocabulary=int(settings.vocab_size),
        num_heads=int(settings.num_attention_heads),
        head_size=int(settings.head_dim),
        num_block_parameters=in_block,
        num_active_block_parameters=in_block - _idle(settings),
        num_root_parameters=whole - blocks * in_block,
        saved_bytes_per_token=_saved_bytes(model, block, profiled)
        / NUM_TOKENS
        * (dtype.itemsize / profiled.itemsize),
        element_bytes=dtype.itemsize,
        num_adapter_parameters=adapters,
        num_experts_per_token=int(settings.num_experts_per_tok) if is_mixture else 0,
        num_experts=int(settings.num_experts) if is_mixture else 0,
        num_expert_parameters=_in_experts(settings) if is_mixture else 0,
    )


def _adapt(model: nn.Module, block: nn.Module, lora: LoraSpec, dtype: torch.dtype) -> int:
    """Freeze the model, give one block adapters, and return how many parameters those have."""
    model.requires_grad_(requires_grad=False)
    if not add_adapters(block, lora, seed=0):
        named = ", ".join(lora.targets)
        raise wrong_targets(f"the model has no linear layer named {named}")
    block.to("meta", dtype)
    return sum(each.numel() for each in block.parameters() if each.requires_grad)


def wrong_targets(detail: str) -> InvalidRequestError:
    """Return the refusal of adapters that would find no layer."""
    field = FieldError(pointer="/lora/targets", code="unknown_layer", detail=detail)
    return InvalidRequestError(detail, errors=[field])


def _config(config: Mapping[str, JsonValue]) -> PretrainedConfig:
    kind = config.get("model_type")
    if kind not in MODEL_TYPES:
        raise _wrong("/model_type", f"{kind!r} is not one of {', '.join(MODEL_TYPES)}")
    for name, most in (_MOST | (_MOST_OF_MIXTURES if kind == "qwen3_moe" else {})).items():
        size = config.get(name)
        if isinstance(size, int) and not 1 <= size <= most:
            raise _wrong(f"/{name}", f"it is from 1 to {most}")
    try:
        return CONFIG_MAPPING[str(kind)].from_dict(dict(config))
    except Exception as error:  # transformers raises whatever its validators do
        raise _wrong("", f"no configuration of a {kind}: {error}") from error


def _idle(settings: PretrainedConfig) -> int:
    """Return the parameters of a block's experts that one token is not routed to."""
    if settings.model_type != "qwen3_moe":
        return 0
    num_experts = int(settings.num_experts)
    idle = num_experts - int(settings.num_experts_per_tok)
    return idle * (_in_experts(settings) // num_experts)


def _in_experts(settings: PretrainedConfig) -> int:
    """Return the parameters of all experts of a block: each is a gate, an up and a down product."""
    width = int(settings.hidden_size) * int(settings.moe_intermediate_size)
    return int(settings.num_experts) * 3 * width


def _attend(
    module: nn.Module,  # noqa: ARG001
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: None,  # noqa: ARG001
    **_: object,
) -> tuple[torch.Tensor, None]:
    if query.dtype == torch.float32:
        # On CPU, where fp32 is computed, keys and values are repeated for every query head.
        repeats = query.shape[1] // key.shape[1]
        key, value = (each.repeat_interleave(repeats, 1) for each in (key, value))
    return cast("torch.Tensor", _Kept.apply(query, key, value)), None


def _saved_bytes(model: nn.Module, block: nn.Module, dtype: torch.dtype) -> int:
    """Return the bytes that a block keeps of so many tokens, each storage once, no weights."""
    hidden = int(cast("Any", model).config.hidden_size)
    inputs = torch.empty(1, NUM_TOKENS, hidden, device="meta", dtype=dtype, requires_grad=True)
    positions = torch.arange(NUM_TOKENS, device="meta")[None]
    rotations = cast("Any", model).base_model.rotary_emb(inputs, positions)
    weights = {_storage(parameter) for parameter in model.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        if _storage(tensor) not in weights:
            kept[_storage(tensor)] = tensor.untyped_storage().nbytes()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        block(inputs, position_embeddings=rotations, attention_mask=None)
    return sum(kept.values())


def _storage(tensor: torch.Tensor) -> int:
    # The storage's identity: on the meta device there is no address.
    return int(cast("Any", tensor.untyped_storage())._cdata)


def _wrong(pointer: str, detail: str) -> InvalidRequestError:
    at = f"/model_config_json{pointer}"
    return InvalidRequestError(
        f"{at}: {detail}", errors=[FieldError(pointer=at, code="unsupported", detail=detail)]
    )

"""Shapes read from configurations alone, against the published sizes and against real models."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, Qwen3MoeConfig, Qwen3MoeForCausalLM

from seawright_shared.errors import InvalidRequestError
from seawright_trainer.adapters.hf_models import cost_model, load_model
from seawright_trainer.adapters.meta_models import shape_of
from seawright_trainer.core.packed_attention import SegmentBounds
from seawright_trainer.core.packed_model import RowTensors
from tests.support.tiny_models import write_tiny_model

MIXTURE: dict[str, Any] = {
    "model_type": "qwen3_moe",
    "hidden_size": 2048,
    "num_hidden_layers": 48,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "intermediate_size": 6144,
    "moe_intermediate_size": 768,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "vocab_size": 151936,
    "tie_word_embeddings": False,
}
LARGEST = {
    **MIXTURE,
    "hidden_size": 4096,
    "num_hidden_layers": 94,
    "num_attention_heads": 64,
    "moe_intermediate_size": 1536,
}


@pytest.mark.parametrize(
    ("config", "total", "active"), [(MIXTURE, 30.53e9, 3.04e9), (LARGEST, 235.1e9, 21.6e9)]
)
def test_the_papers_models_have_their_published_sizes(
    config: dict[str, Any], total: float, active: float
):
    shape = shape_of(config, torch.bfloat16)
    assert shape.num_parameters == pytest.approx(total, rel=1e-3)
    # The published number of active parameters has the head, but not the embedding, in it.
    head = shape.hidden_size * shape.vocabulary
    assert shape.num_active_parameters + head == pytest.approx(active, rel=0.02)


def test_a_real_models_parameters_are_counted_alike(tmp_path: Path):
    for is_tied in (True, False):
        folder = write_tiny_model(tmp_path / str(is_tied), is_tied=is_tied)
        model = AutoModelForCausalLM.from_pretrained(folder)
        shape = shape_of(model.config.to_dict(), torch.float32)
        assert shape.num_parameters == sum(each.numel() for each in model.parameters())


@pytest.mark.parametrize(
    ("change", "named"),
    [({"model_type": "gpt2"}, "model_type"), ({"hidden_size": "wide"}, "configuration")],
)
def test_what_is_no_model_of_ours_is_refused_by_name(change: dict[str, Any], named: str):
    with pytest.raises(InvalidRequestError, match=named):
        shape_of({**MIXTURE, **change}, torch.bfloat16)


def test_a_mixture_of_experts_is_scored_and_costs_what_a_token_meets(tmp_path: Path):
    small = {
        **MIXTURE,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "vocab_size": 32,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 16,
    }
    config = Qwen3MoeConfig.from_dict(small)
    torch.manual_seed(0)
    reference = Qwen3MoeForCausalLM(config).eval()
    reference.save_pretrained(tmp_path)
    ids = torch.arange(1, 11)
    row = RowTensors(
        token_ids_T=ids,
        positions_T=torch.arange(10),
        source_N=torch.arange(9),
        targets_N=ids[1:],
        temperatures_N=torch.ones(9),
    )
    bounds = SegmentBounds(
        ends=(10,), longest=10, cumulative=torch.tensor([0, 10], dtype=torch.int32)
    )
    scored = load_model(str(tmp_path))(row, bounds).logprobs_N
    logits = reference(ids[None]).logits[0, :-1].log_softmax(-1)
    expected = logits.gather(-1, ids[1:, None])[:, 0]
    assert torch.allclose(scored, expected, atol=1e-5)
    idle = 2 * 2 * 3 * 32 * 16
    in_blocks = sum(each.numel() for each in reference.model.layers.parameters())
    assert cost_model(str(tmp_path)).linear == 6.0 * (in_blocks - idle)


def test_recomputed_blocks_have_the_same_gradients(tmp_path: Path):
    folder = str(write_tiny_model(tmp_path))
    row = RowTensors(
        token_ids_T=torch.arange(10),
        positions_T=torch.arange(10),
        source_N=torch.arange(9),
        targets_N=torch.arange(1, 10),
        temperatures_N=torch.ones(9),
    )
    bounds = SegmentBounds(
        ends=(10,), longest=10, cumulative=torch.tensor([0, 10], dtype=torch.int32)
    )
    gradients: list[list[torch.Tensor]] = []
    for is_recomputed in (False, True):
        model = load_model(folder, recompute_blocks=is_recomputed)
        model(row, bounds).logprobs_N.sum().backward()
        gradients.append([each.grad for each in model.parameters() if each.grad is not None])
    assert len(gradients[0]) == len(list(load_model(folder).parameters()))
    assert all(map(torch.equal, *gradients))

"""Laws of tokens that must not be trained on, and of how the others lie in a row (5, 6, 9)."""

import math

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.adapters.fsdp_engine import row_tensors, segment_bounds
from seawright_trainer.adapters.hf_models import load_model
from seawright_trainer.core.losses.grpo import grpo_loss
from seawright_trainer.core.losses.inputs import LossInputs
from seawright_trainer.core.packed_model import PackedModel
from seawright_trainer.core.segments import PackedRow, pack_row
from seawright_trainer.core.sequences import StepSequences, WeightedSequence, join
from tests.support.tiny_models import write_tiny_model

CPU = torch.device("cpu")
LENGTHS = (14, 5, 9)
ALGORITHM = AlgorithmSpec()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_tiny_model(tmp_path_factory.mktemp("tokens") / "base"))


def step_of(bad: float | None = None) -> StepSequences:
    generator = np.random.default_rng(5)
    parts: list[WeightedSequence] = []
    for index, length in enumerate(LENGTHS):
        behaviour = (-3.4 + generator.random(length) / 8).astype(np.float32)
        mask = generator.random(length) < 0.6
        mask[1] = False
        if bad is not None:
            behaviour[~mask] = bad
        parts.append(
            WeightedSequence(
                token_ids=generator.integers(0, 32, length).astype(np.uint32),
                loss_mask=mask,
                behaviour=behaviour,
                advantage=1.0 - index,
            )
        )
    return join(parts)


def loss_of(model: PackedModel, row: PackedRow, denominator: int) -> torch.Tensor:
    scores = model(row_tensors(row, CPU), segment_bounds(row, CPU))
    given = LossInputs(
        logprobs_N=scores.logprobs_N,
        behaviour_N=torch.from_numpy(row.behaviour_N),
        advantages_N=torch.from_numpy(row.advantages_N),
        weights_N=torch.from_numpy(row.weights_N),
        sequences_N=torch.from_numpy(row.sequences_N),
    )
    return grpo_loss(given, ALGORITHM, float(denominator)).loss + scores.anchor


def gradients(model: torch.nn.Module) -> list[torch.Tensor]:
    return [each.grad for each in model.parameters() if each.grad is not None]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_carries_no_loss_has_no_gradient_however_bad(base: str, bad: float):
    found: list[tuple[float, list[torch.Tensor]]] = []
    for step in (step_of(), step_of(bad)):
        model = load_model(base)
        loss = loss_of(model, pack_row(step, [0, 1, 2]), step.num_loss_tokens)
        loss.backward()
        found.append((loss.item(), gradients(model)))
    assert found[0][0] == found[1][0]
    assert all(map(torch.equal, found[0][1], found[1][1]))


def test_packed_equals_padded_in_loss_and_gradient(base: str):
    step = step_of()
    packed = load_model(base)
    packed_loss = loss_of(packed, pack_row(step, [2, 0, 1]), step.num_loss_tokens)
    packed_loss.backward()
    padded = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    ids = torch.zeros(len(LENGTHS), max(LENGTHS), dtype=torch.int64)
    attention = torch.zeros_like(ids)
    for index, (start, length) in enumerate(zip(step.offsets, LENGTHS, strict=False)):
        own = step.token_ids[start : start + length].astype(np.int64)
        ids[index, :length] = torch.from_numpy(own)
        attention[index, :length] = 1
    logprobs = padded(ids, attention_mask=attention).logits.log_softmax(-1)
    total = torch.zeros(())
    for index, (start, length) in enumerate(zip(step.offsets, LENGTHS, strict=False)):
        for place in np.flatnonzero(step.counted[start : start + length]):
            token = ids[index, place]
            gap = logprobs[index, place - 1, token] - float(step.behaviour[start + place])
            advantage = float(step.advantages[index])
            ratio = gap.exp()
            clipped = ratio.clamp(1 - ALGORITHM.clip_low, 1 + ALGORITHM.clip_high)
            total = total - torch.minimum(ratio * advantage, clipped * advantage)
    padded_loss = total / step.num_loss_tokens
    padded_loss.backward()
    assert packed_loss.item() == pytest.approx(padded_loss.item(), abs=1e-6)
    norms = [
        torch.stack([each.norm() for each in gradients(model)]).norm().item()
        for model in (packed, padded)
    ]
    assert norms[0] == pytest.approx(norms[1], abs=1e-6, rel=1e-6)


def test_samples_of_one_trajectory_share_its_advantage_and_the_denominator():
    mask = np.array([0, 1, 1], np.bool_)
    behaviour = np.zeros(3, np.float32)
    parts = [
        WeightedSequence(
            token_ids=np.array(ids, np.uint32), loss_mask=mask, behaviour=behaviour, advantage=0.5
        )
        for ids in ([1, 2, 3], [1, 4, 5])
    ]
    step = join(parts)
    assert step.denominator("tokens", max_length=99) == 4
    row = pack_row(step, [0, 1])
    assert row.advantages_N.tolist() == [0.5] * 4
    assert row.targets_N.tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_sampled_tokens_that_are_not_trained_on_are_counted(bad: float):
    behaviour = np.array([0.0, bad, -1.0], np.float32)
    one = WeightedSequence(
        token_ids=np.array([1, 2, 3], np.uint32),
        loss_mask=np.array([0, 1, 1], np.bool_),
        behaviour=behaviour,
    )
    step = join([one])
    assert (step.num_not_finite, step.num_loss_tokens) == (1, 1)

"""Steps that must not be taken (edge cases 10 and 12), on one rank and the real engine."""

import math
from collections.abc import Generator

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch._C._distributed_c10d import HashStore
from torch.distributed.tensor import DTensor

from seawright_trainer.adapters.fsdp_engine import FsdpEngine, StepOutcome
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import StepSequences, WeightedSequence, join
from tests.support.rank_steps import engine_of
from tests.support.tiny_models import write_tiny_model


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    yield str(write_tiny_model(tmp_path_factory.mktemp("engine") / "base"))
    dist.destroy_process_group()


def step_of(*advantages: float) -> StepSequences:
    generator = np.random.default_rng(1)
    return join(
        [
            WeightedSequence(
                token_ids=generator.integers(0, 32, 12).astype(np.uint32),
                loss_mask=np.arange(12) > 4,
                behaviour=np.full(12, -3.4, np.float32),
                advantage=advantage,
            )
            for advantage in advantages
        ]
    )


def train(engine: FsdpEngine, step: StepSequences) -> StepOutcome:
    rows = [pack_row(step, [index]) for index in range(step.num_sequences)]
    return engine.train_step(rows, step.num_loss_tokens)


def weights(engine: FsdpEngine) -> dict[str, torch.Tensor]:
    return {
        name: parameter.full_tensor().detach().clone()
        for name, parameter in engine.model.named_parameters()
        if isinstance(parameter, DTensor)
    }


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_gradient_that_is_not_finite_changes_nothing_and_says_so(base: str, bad: float):
    engine = engine_of(base)
    before = weights(engine)
    outcome = train(engine, step_of(1.0, bad))
    assert not outcome.is_applied
    assert (outcome.metrics["applied"], outcome.metrics["grad_norm"]) == (0.0, -1.0)
    assert engine.num_applied == 0, "the schedule has not moved"
    assert not engine.optimizer.state, "no moment was touched"
    assert all(parameter.grad is None for parameter in engine.model.parameters())
    for name, tensor in weights(engine).items():
        assert torch.equal(tensor, before[name]), name


def test_the_step_after_a_skipped_one_is_as_if_there_had_been_none(base: str):
    skipped, clean = engine_of(base), engine_of(base)
    train(skipped, step_of(math.nan, 1.0))
    outcomes = [train(engine, step_of(1.0, -0.5)) for engine in (skipped, clean)]
    assert all(outcome.is_applied for outcome in outcomes)
    assert outcomes[0].metrics["loss"] == outcomes[1].metrics["loss"]
    after = weights(clean)
    for name, tensor in weights(skipped).items():
        assert torch.equal(tensor, after[name]), name


def test_a_step_without_a_loss_token_divides_by_nothing_and_does_nothing(base: str):
    engine = engine_of(base)
    before = weights(engine)
    empty = step_of(1.0)
    empty = join(
        [
            WeightedSequence(
                token_ids=empty.token_ids,
                loss_mask=np.zeros(12, np.bool_),
                behaviour=empty.behaviour,
            )
        ]
    )
    outcome = train(engine, empty)
    assert outcome == StepOutcome(is_applied=False, metrics={"loss_tokens": 0.0, "applied": 0.0})
    assert engine.num_applied == 0
    for name, tensor in weights(engine).items():
        assert torch.equal(tensor, before[name]), name


def test_a_step_that_is_good_changes_the_weights(base: str):
    engine = engine_of(base)
    before = weights(engine)
    assert train(engine, step_of(1.0, -0.5)).is_applied
    assert engine.num_applied == 1
    assert any(not torch.equal(tensor, before[name]) for name, tensor in weights(engine).items())

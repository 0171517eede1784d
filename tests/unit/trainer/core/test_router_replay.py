"""Laws of router replay (edge case 17): recorded routes are the same function."""

import numpy as np
import pytest
import torch

from seawright_shared.errors import InvalidRequestError
from seawright_shared.stores.traces import TokenTrace, decode_trace, encode_trace, routes_for
from seawright_trainer.adapters.batch_codec import decode_batch, encode_batch
from seawright_trainer.adapters.fsdp_engine import row_tensors, segment_bounds
from seawright_trainer.adapters.hf_models import load_model
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.packed_model import PackedModel
from seawright_trainer.core.router_replay import imbalance
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import StepSequences, WeightedSequence, join
from tests.support.tiny_models import write_tiny_model

CPU = torch.device("cpu")
LENGTHS = (12, 7)


@pytest.fixture(scope="module")
def mixture(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("routes") / "mixture"
    return str(write_tiny_model(folder, is_tied=False, is_mixture=True))


def step_of(routes: np.ndarray | None) -> StepSequences:
    generator = np.random.default_rng(3)
    parts: list[WeightedSequence] = []
    start = 0
    for length in LENGTHS:
        own = None if routes is None else routes[start : start + length]
        parts.append(
            WeightedSequence(
                token_ids=generator.integers(0, 32, length).astype(np.uint32),
                loss_mask=np.arange(length) > 0,
                behaviour=np.full(length, -3.0, np.float32),
                routes=own,
            )
        )
        start += length
    return join(parts)


def score(model: PackedModel, step: StepSequences) -> torch.Tensor:
    row = pack_row(step, [0, 1])
    return model(row_tensors(row, CPU), segment_bounds(row, CPU)).logprobs_N


def routes_of(model: PackedModel) -> np.ndarray:
    chosen = [router.chosen_TK for router in model.routers]
    return torch.stack([each for each in chosen if each is not None], 1).numpy().astype(np.int16)


def test_replaying_our_own_routes_changes_nothing_and_the_router_still_learns(mixture: str):
    model = load_model(mixture)
    free = score(model, step_of(None))
    routes = routes_of(model)
    assert routes.shape == (sum(LENGTHS), 2, 2)
    replayed = score(model, step_of(routes))
    assert torch.equal(free, replayed)
    replayed.sum().backward()
    for router in model.routers:
        assert router.weight.grad is not None
        assert router.weight.grad.abs().sum() > 0


def test_other_routes_are_taken_though_the_router_would_choose_otherwise(mixture: str):
    model = load_model(mixture)
    free = score(model, step_of(None))
    other = (routes_of(model) + 1) % 4
    forced = score(model, step_of(other))
    assert (routes_of(model) == other).all()
    assert not torch.allclose(free, forced)


@pytest.mark.parametrize("unknown", [-1, 99])
def test_a_token_whose_route_is_not_known_is_routed_anew(mixture: str, unknown: int):
    model = load_model(mixture)
    free = score(model, step_of(None))
    routes = routes_of(model)
    partly = (routes + 1) % 4
    partly[:, :, 1] = unknown
    assert torch.equal(score(model, step_of(partly)), free)
    assert (routes_of(model) == routes).all()


def test_recomputed_blocks_replay_the_same_routes(mixture: str):
    plain, recomputed = load_model(mixture), load_model(mixture, recompute_blocks=True)
    score(plain, step_of(None))
    other = (routes_of(plain) + 1) % 4
    for model in (plain, recomputed):
        score(model, step_of(other)).sum().backward()
    for mine, theirs in zip(plain.parameters(), recomputed.parameters(), strict=True):
        assert mine.grad is not None
        assert theirs.grad is not None
        torch.testing.assert_close(mine.grad, theirs.grad)


def test_the_grouped_product_of_experts_equals_the_loop_over_them(mixture: str):
    model = load_model(mixture)
    looped = score(model, step_of(None))
    model.language_model.set_experts_implementation("grouped_mm")
    torch.testing.assert_close(score(model, step_of(None)), looped, atol=1e-5, rtol=0)


def test_uneven_loads_are_measured_as_the_excess_of_the_busiest_expert(mixture: str):
    model = load_model(mixture)
    score(model, step_of(np.tile(np.array([[[0, 1]] * 2], np.int16), (sum(LENGTHS), 1, 1))))
    # Two of four experts share everything: each has twice the mean.
    assert float(imbalance(model.routers)) == pytest.approx(1.0)


def test_routes_survive_the_journey_and_the_one_that_vllm_leaves_out_is_unknown():
    told = np.arange(12, dtype=np.int16).reshape(3, 2, 2)
    routes = routes_for(told, 4)
    assert (routes[:3] == told).all()
    assert (routes[3] == -1).all()
    with pytest.raises(InvalidRequestError, match="3 routes of 2 tokens"):
        routes_for(told, 2)
    trace = TokenTrace(
        token_ids=np.arange(4, dtype=np.uint32),
        logprobs=np.zeros(4, np.float32),
        loss_mask=np.ones(4, np.bool_),
        versions=np.zeros(4, np.int32),
        routes=routes,
    )
    decoded = decode_trace(encode_trace(trace)).routes
    assert decoded is not None
    assert (decoded == routes).all()
    sequence = WeightedSequence(
        token_ids=trace.token_ids,
        loss_mask=trace.loss_mask,
        behaviour=trace.logprobs,
        routes=decoded,
        age=2,
    )
    bare = WeightedSequence(
        token_ids=trace.token_ids, loss_mask=trace.loss_mask, behaviour=trace.logprobs, age=0
    )
    step = decode_batch(encode_batch(StepBatch(sequences=join([sequence, bare])))).sequences
    assert step.routes is not None
    assert step.ages is not None
    assert (step.routes[:4] == routes).all()
    assert (step.routes[4:] == -1).all()
    assert pack_row(step, [1, 0]).ages_N.tolist() == [0] * 3 + [2] * 3

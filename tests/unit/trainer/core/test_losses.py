"""Laws and golden numbers of the losses (edge cases 5, 8, 9 and 11)."""

import math
from dataclasses import replace

import pytest
import torch
from pydantic import ValidationError

from seawright_shared.records.specs import PRESETS, AlgorithmSpec
from seawright_trainer.core.losses import LOSSES
from seawright_trainer.core.losses.grpo import grpo_loss
from seawright_trainer.core.losses.inputs import LossInputs
from seawright_trainer.core.losses.sft import sft_loss

ALGORITHM = AlgorithmSpec(clip_low=0.2, clip_high=0.28, behaviour_cap=5.0)


SURROGATES = {name: AlgorithmSpec.model_validate({"preset": name}) for name in PRESETS}


def given_tensors(
    logprobs: torch.Tensor, behaviour: torch.Tensor, advantages: torch.Tensor
) -> LossInputs:
    return LossInputs(
        logprobs_N=logprobs,
        behaviour_N=behaviour,
        advantages_N=advantages,
        weights_N=torch.ones_like(behaviour),
        sequences_N=torch.zeros(len(behaviour), dtype=torch.int64),
    )


def inputs(logprobs: list[float], behaviour: list[float], advantages: list[float]) -> LossInputs:
    return given_tensors(
        torch.tensor(logprobs, dtype=torch.float64, requires_grad=True),
        torch.tensor(behaviour, dtype=torch.float64),
        torch.tensor(advantages, dtype=torch.float64),
    )


def gradient(
    given: LossInputs, algorithm: AlgorithmSpec, denominator: float, name: str = "grpo"
) -> list[float]:
    LOSSES[name](given, algorithm, denominator).loss.backward()
    assert given.logprobs_N.grad is not None
    return given.logprobs_N.grad.tolist()


def test_the_surrogate_equals_the_one_computed_by_hand():
    given = inputs([math.log(1.1), math.log(2.0), math.log(0.5)], [0.0] * 3, [1.0, 1.0, -2.0])
    # 1.1, clipped to 1.28, and for A < 0 the clipped side min(-1.0, -1.6).
    expected = -(1.1 + 1.28 + -1.6) / 7.0
    assert grpo_loss(given, ALGORITHM, 7.0).loss.item() == pytest.approx(expected, abs=1e-12)


def test_the_gradient_is_ratio_times_advantage_over_the_denominator():
    given = inputs([math.log(1.1), math.log(0.9)], [0.0, 0.0], [1.0, -0.5])
    assert gradient(given, ALGORITHM, 4.0) == pytest.approx([-1.1 / 4, 0.9 * 0.5 / 4], abs=1e-12)


@pytest.mark.parametrize("name", ["grpo", "sft"])
def test_autograd_agrees_with_finite_differences(name: str):
    base = torch.tensor([-0.5, -1.2, -0.1, -2.0], dtype=torch.float64, requires_grad=True)
    behaviour = torch.tensor([-0.6, -1.1, -0.9, -0.4], dtype=torch.float64)
    advantages = torch.tensor([1.0, -1.0, 0.5, -0.25], dtype=torch.float64)

    def loss(logprobs: torch.Tensor) -> torch.Tensor:
        given = given_tensors(logprobs, behaviour, advantages)
        return LOSSES[name](given, ALGORITHM, 9.0).loss

    assert torch.autograd.gradcheck(loss, (base,))


def test_a_clipped_gradient_is_zero_on_the_clipped_side_only():
    up_good, up_bad = inputs([0.5], [0.0], [1.0]), inputs([0.5], [0.0], [-1.0])
    down_good, down_bad = inputs([-0.5], [0.0], [1.0]), inputs([-0.5], [0.0], [-1.0])
    assert gradient(up_good, ALGORITHM, 1.0) == [0.0]
    assert gradient(up_bad, ALGORITHM, 1.0) == pytest.approx([math.exp(0.5)])
    assert gradient(down_good, ALGORITHM, 1.0) == pytest.approx([-math.exp(-0.5)])
    assert gradient(down_bad, ALGORITHM, 1.0) == [0.0]


def test_clipping_is_counted_by_side():
    given = inputs([0.5, -0.5, 0.5, -0.5], [0.0] * 4, [1.0, -1.0, -1.0, 1.0])
    counts = grpo_loss(given, ALGORITHM, 4.0).counts
    assert (counts["clipped_high"].item(), counts["clipped_low"].item()) == (1, 1)


def test_a_token_over_the_behaviour_cap_leaves_the_numerator_alone():
    capped = inputs([math.log(6.0), 0.0], [0.0, 0.0], [-1.0, -1.0])
    output = grpo_loss(capped, ALGORITHM, 2.0)
    assert output.loss.item() == pytest.approx(0.5), "the denominator still counts both"
    assert output.counts["capped"].item() == 1
    uncapped = ALGORITHM.model_copy(update={"behaviour_cap": None})
    assert grpo_loss(capped, uncapped, 2.0).loss.item() == pytest.approx(3.5)


@pytest.mark.parametrize("gap", [50.0, -50.0, 1e6, -1e6])
def test_no_ratio_overflows(gap: float):
    for advantage in (1.0, -1.0):
        for cap in (5.0, None):
            given = inputs([gap], [0.0], [advantage])
            algorithm = ALGORITHM.model_copy(update={"behaviour_cap": cap})
            assert grpo_loss(given, algorithm, 1.0).loss.isfinite()
            assert all(math.isfinite(value) for value in gradient(given, algorithm, 1.0))


def test_tokens_weigh_alike_whatever_the_length_of_their_sequence():
    short, long = [0.0] * 3, [0.0] * 30
    given = inputs(short + long, [0.0] * 33, [1.0] * 3 + [-1.0] * 30)
    gradients = gradient(given, ALGORITHM, 33.0)
    assert {round(abs(value), 12) for value in gradients} == {round(1 / 33, 12)}
    assert grpo_loss(given, ALGORITHM, 33.0).loss.item() == pytest.approx(27 / 33)
    sequence_mean = -(1.0 - 1.0) / 2
    assert grpo_loss(given, ALGORITHM, 33.0).loss.item() != pytest.approx(sequence_mean)


@pytest.mark.parametrize("name", sorted(LOSSES.keys() - {"gspo"}))
@pytest.mark.parametrize("cut", [0, 1, 3, 7])
def test_any_split_into_micro_batches_gives_the_same_loss(name: str, cut: int):
    generator = torch.Generator().manual_seed(0)
    logprobs, behaviour, advantages = -torch.rand(3, 7, generator=generator, dtype=torch.float64)

    def loss(span: slice) -> float:
        given = given_tensors(logprobs[span], behaviour[span], advantages[span])
        return LOSSES[name](given, ALGORITHM, 7.0).loss.item()

    whole = loss(slice(None))
    assert loss(slice(0, cut)) + loss(slice(cut, None)) == pytest.approx(whole, abs=1e-12)


def test_sft_is_the_mean_negative_log_likelihood():
    assert sft_loss(inputs([-1.0, -3.0], [0.0] * 2, [1.0] * 2), ALGORITHM, 2.0).loss.item() == 2.0


def test_a_dual_clip_bounds_what_a_token_of_a_failed_rollout_costs():
    given = inputs([math.log(4.0), math.log(4.0)], [0.0, 0.0], [-1.0, 1.0])
    bounded = AlgorithmSpec(dual_clip=3.0, behaviour_cap=None)
    # -4 is raised to -3; the rewarded token is clipped at 1.28 as ever.
    assert grpo_loss(given, bounded, 1.0).loss.item() == pytest.approx(3.0 - 1.28)
    assert gradient(given, bounded, 1.0) == [0.0, 0.0]


def test_decoupled_keeps_the_whole_gradient_and_weighs_it_by_how_far_the_sampler_was():
    given = inputs([math.log(0.5), math.log(0.9)], [math.log(0.25), math.log(0.9)], [1.0, -1.0])
    algorithm = SURROGATES["areal-public"]
    assert LOSSES["decoupled"](given, algorithm, 2.0).loss.item() == pytest.approx(-(2.0 - 1.0) / 2)
    # A ratio of 2 would be clipped by GRPO; here it is the weight of an unclipped gradient.
    assert gradient(given, algorithm, 2.0, "decoupled") == pytest.approx([-1.0, 0.5])


@pytest.mark.parametrize(("weight", "expected"), [("mask", 0.0), ("truncate", -5.0)])
def test_over_the_cap_decoupled_masks_or_truncates(weight: str, expected: float):
    algorithm = AlgorithmSpec.model_validate({"loss": "decoupled", "behaviour_weight": weight})
    given = inputs([math.log(6.0)], [0.0], [1.0])
    output = LOSSES["decoupled"](given, algorithm, 1.0)
    assert output.loss.item() == pytest.approx(expected)
    assert output.counts["capped"].item() == 1


def test_gspo_clips_whole_sequences_by_the_geometric_mean_of_their_ratios():
    logs = [math.log(2.0), math.log(0.5), math.log(3.0)]
    given = replace(inputs(logs, [0.0] * 3, [1.0] * 3), sequences_N=torch.tensor([0, 0, 1]))
    algorithm = SURROGATES["gspo"]
    output = LOSSES["gspo"](given, algorithm, 3.0)
    # The first sequence's ratio is sqrt(2 * .5) = 1: neither token is clipped.
    assert output.loss.item() == pytest.approx(-(1.0 + 1.0 + 1.0004) / 3.0)
    assert gradient(given, algorithm, 3.0, "gspo") == pytest.approx([-1 / 3, -1 / 3, 0.0])
    assert output.counts["clipped_high"].item() == 1


def test_cispo_clips_the_weight_and_every_token_keeps_a_gradient():
    given = inputs([math.log(8.0), math.log(0.5)], [0.0, 0.0], [1.0, 1.0])
    algorithm = SURROGATES["cispo"]
    assert gradient(given, algorithm, 1.0, "cispo") == pytest.approx([-5.0, -0.5])
    assert LOSSES["cispo"](given, algorithm, 1.0).counts["clipped_high"].item() == 1


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_where_sampler_and_trained_policy_are_one_all_losses_have_one_gradient(name: str):
    given = inputs([-0.5, -1.5, -0.1], [-0.5, -1.5, -0.1], [1.0, 1.0, 1.0])
    algorithm = AlgorithmSpec(clip_low=0.2, clip_high=0.28)
    assert gradient(given, algorithm, 3.0, name) == pytest.approx([-1 / 3] * 3)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_weights_scale_a_tokens_part_of_the_loss(name: str):
    given = inputs([-0.5, -1.5], [-0.6, -1.4], [1.0, -1.0])
    weighted = replace(given, weights_N=torch.tensor([0.0, 2.0], dtype=torch.float64))
    first, second = gradient(weighted, ALGORITHM, 1.0, name)
    plain = gradient(inputs([-0.5, -1.5], [-0.6, -1.4], [1.0, -1.0]), ALGORITHM, 1.0, name)
    assert (first, second) == pytest.approx((0.0, 2.0 * plain[1]))


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_micro_batch_without_loss_tokens_costs_nothing(name: str):
    output = LOSSES[name](inputs([], [], []), ALGORITHM, 5.0)
    assert output.loss.item() == 0.0


def test_a_field_named_beside_a_preset_wins_and_an_unknown_preset_is_refused():
    spec = AlgorithmSpec.model_validate({"preset": "gspo", "clip_low": 0.1})
    assert (spec.loss, spec.clip_low, spec.clip_high) == ("gspo", 0.1, 4e-4)
    assert AlgorithmSpec() == AlgorithmSpec.model_validate({"preset": "paper"})
    with pytest.raises(ValidationError, match="preset"):
        AlgorithmSpec.model_validate({"preset": "unknown"})

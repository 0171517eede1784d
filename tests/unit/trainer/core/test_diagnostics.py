"""Laws of the step's measurements."""

import math

import pytest
import torch

from seawright_trainer.core.diagnostics import Diagnostics, summarize


def measured(logprobs: list[float], behaviour: list[float]) -> dict[str, float]:
    diagnostics = Diagnostics(torch.device("cpu"))
    diagnostics.add(torch.tensor(logprobs), torch.tensor(behaviour), torch.ones(len(logprobs)), {})
    return summarize(diagnostics.sums, diagnostics.maxes, sampled=True)


def test_equal_policies_measure_no_gap():
    metrics = measured([-1.0, -2.0], [-1.0, -2.0])
    assert metrics["kl_k1"] == metrics["kl_k3"] == metrics["logp_gap_max"] == 0.0
    assert metrics["ess"] == pytest.approx(1.0)


def test_the_measures_equal_those_computed_by_hand():
    metrics = measured([math.log(0.5), math.log(0.2)], [math.log(0.25), math.log(0.4)])
    assert metrics["kl_k1"] == pytest.approx((-math.log(2) + math.log(2)) / 2, abs=1e-6)
    expected = ((2 - 1 - math.log(2)) + (0.5 - 1 + math.log(2))) / 2
    assert metrics["kl_k3"] == pytest.approx(expected, abs=1e-6)
    assert metrics["ess"] == pytest.approx(2.5**2 / (2 * 4.25), abs=1e-6)
    assert metrics["ratio_max"] == pytest.approx(2.0, abs=1e-6)


def test_quantiles_and_perplexities_equal_those_computed_by_hand():
    gaps = [0.0] * 97 + [-1.0, 1.0, 1.0]
    metrics = measured([-2.0 + gap for gap in gaps], [-2.0] * 100)
    assert metrics["ratio_p1"] == pytest.approx(math.exp(-1.0), rel=5e-3)
    assert metrics["ratio_p99"] == pytest.approx(math.exp(1.0), rel=5e-3)
    assert metrics["rollout_perplexity"] == pytest.approx(math.exp(2.0))
    assert metrics["perplexity"] == pytest.approx(math.exp(2.0 - 0.01))
    assert metrics["kl_entropy_ratio"] == pytest.approx(metrics["kl_k3"] / metrics["entropy"])


def test_divergence_is_told_by_the_age_of_tokens():
    diagnostics = Diagnostics(torch.device("cpu"))
    behaviour = torch.tensor([-1.0, -1.0, -1.0, -1.0])
    logprobs = torch.tensor([-1.0, -1.5, -1.0, -2.0])
    ages = torch.tensor([0, 1, 0, 9])
    diagnostics.add(logprobs, behaviour, torch.ones(4), {}, ages)
    metrics = summarize(diagnostics.sums, diagnostics.maxes, sampled=True)
    shares = [metrics.get(f"stale_{age}_share") for age in range(5)]
    assert shares == [0.5, 0.25, None, None, 0.25]
    assert metrics["stale_0_kl_k3"] == 0.0
    assert metrics["stale_1_kl_k3"] == pytest.approx(math.exp(-0.5) - 1 + 0.5, abs=1e-6)
    assert metrics["stale_4_kl_k3"] == pytest.approx(math.exp(-1.0) - 1 + 1.0, abs=1e-6)


def test_an_empty_micro_batch_changes_nothing():
    diagnostics = Diagnostics(torch.device("cpu"))
    nothing = torch.zeros(0)
    diagnostics.add(nothing, nothing, nothing, {})
    assert summarize(diagnostics.sums, diagnostics.maxes, sampled=True) == {"loss_tokens": 0.0}

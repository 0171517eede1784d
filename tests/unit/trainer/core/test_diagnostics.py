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


def test_an_empty_micro_batch_changes_nothing():
    diagnostics = Diagnostics(torch.device("cpu"))
    nothing = torch.zeros(0)
    diagnostics.add(nothing, nothing, nothing, {})
    assert summarize(diagnostics.sums, diagnostics.maxes, sampled=True) == {"loss_tokens": 0.0}

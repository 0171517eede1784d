"""Experts divided over ranks, where several groups of ranks hold the same ones."""

from pathlib import Path
from typing import cast

import pytest
import torch
import torch.distributed as dist
from torch._C._distributed_c10d import HashStore

from tests.support import rank_steps
from tests.support.tiny_models import write_tiny_model

pytestmark = pytest.mark.slow

RUNS = (("divided", 4), ("copies", 4), ("divided", 6))
"""Two groups that cut experts evenly, two copies of one group, and three with one expert too few."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one process comes to, which holds all experts."""
    model = tmp_path_factory.mktemp("alone") / "divided"
    write_tiny_model(model, is_tied=False, is_mixture=True)
    dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    try:
        engine = rank_steps.engine_of(str(model))
        metrics = rank_steps.train(engine, 0, 1)
        return {"metrics": metrics, **rank_steps.whole_state(engine)}
    finally:
        dist.destroy_process_group()


@pytest.mark.parametrize(("kind", "size"), RUNS)
def test_groups_that_hold_the_same_experts_train_as_one_process(
    alone: dict[str, object], tmp_path: Path, kind: str, size: int
):
    write_tiny_model(tmp_path / "models" / kind, is_tied=False, is_mixture=True)
    rank_steps.launch(size, tmp_path / "models", tmp_path / "ranks")
    mine = alone
    theirs = torch.load(tmp_path / "ranks" / kind / "state.pt", weights_only=False)
    metrics = [cast("list[dict[str, float]]", each["metrics"]) for each in (mine, theirs)]
    for one, many in zip(*metrics, strict=True):
        for name in ("loss", "grad_norm", "loss_tokens"):
            assert one[name] == pytest.approx(many[name], abs=1e-6, rel=1e-6), name
    moments = [
        cast("dict[str, dict[str, torch.Tensor]]", each["optimizer"]) for each in (mine, theirs)
    ]
    assert moments[0].keys() == moments[1].keys()
    for name, expected in moments[0].items():
        for kind in ("exp_avg", "exp_avg_sq"):
            found = moments[1][name][kind]
            torch.testing.assert_close(expected[kind], found, atol=1e-7, rtol=0, msg=name)
    # Adam makes more of the rounding of gradients that are nearly nothing.
    weights = [cast("dict[str, torch.Tensor]", each["model"]) for each in (mine, theirs)]
    for name, expected in weights[0].items():
        torch.testing.assert_close(expected, weights[1][name], atol=1e-5, rtol=0, msg=name)

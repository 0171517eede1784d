"""Laws of training plans: what more GPUs, tokens and recomputation change; what is advised."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.records.planning import ClusterSpec, TrainingPlan
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.planning.memory import Layout, largest_token_budget, memory_parts
from seawright_trainer.core.planning.plan import plan_training
from seawright_trainer.core.planning.shapes import ModelShape

SHAPE = ModelShape(
    num_blocks=36,
    hidden_size=2560,
    vocabulary=151936,
    num_heads=32,
    head_size=128,
    num_block_parameters=100_000_000,
    num_active_block_parameters=100_000_000,
    num_root_parameters=390_000_000,
    saved_bytes_per_token=170_000.0,
    element_bytes=2,
)


def spec(**fields: Any) -> TrainingSpec:
    plain = {
        "kind": "grpo",
        "model": {"uri": "x", "name": "m"},
        "dataset_id": "d",
        "num_steps": 1,
        "batch": {"tasks_per_step": 8, "group_size": 16, "token_budget": 32768, "max_length": 8192},
    }
    return TrainingSpec.model_validate({**plain, **fields})


def plan(num_gpus: int, **fields: Any) -> TrainingPlan:
    return plan_training(SHAPE, spec(**fields), ClusterSpec(num_gpus=num_gpus), 4096)


ranks = st.sampled_from([1, 2, 4, 8, 16, 64])
budgets = st.integers(1, 200_000)


@given(ranks, budgets, st.booleans())
def test_more_tokens_never_need_less_and_more_gpus_never_need_more(
    num_ranks: int, tokens: int, is_recomputed: bool
):
    def total(ranks: int, budget: int) -> float:
        layout = Layout(num_ranks=ranks, token_budget=budget, is_recomputed=is_recomputed)
        return sum(memory_parts(SHAPE, layout).values())

    assert total(num_ranks, tokens) <= total(num_ranks, tokens + 1000)
    assert total(2 * num_ranks, tokens) <= total(num_ranks, tokens)


@given(ranks, budgets, st.booleans(), st.floats(1e9, 200e9))
def test_the_largest_budget_fits_and_one_token_more_does_not(
    num_ranks: int, tokens: int, is_recomputed: bool, available: float
):
    layout = Layout(num_ranks=num_ranks, token_budget=tokens, is_recomputed=is_recomputed)
    most = largest_token_budget(SHAPE, layout, available)

    def fits(budget: int) -> bool:
        tried = Layout(num_ranks=num_ranks, token_budget=budget, is_recomputed=is_recomputed)
        return sum(memory_parts(SHAPE, tried).values()) <= available

    assert not fits(most + 1)
    assert most == 0 or fits(most)


def test_state_is_sixteen_bytes_a_parameter_over_all_gpus():
    layout = Layout(num_ranks=8, token_budget=1, is_recomputed=True)
    parts = memory_parts(SHAPE, layout)
    states = parts["master weights"] + parts["optimizer moments"] + parts["gradients"]
    assert states == pytest.approx(16 * SHAPE.num_parameters / 8)


ADAPTED = replace(SHAPE, num_adapter_parameters=400_000)


def test_adapters_alone_have_gradients_and_moments():
    layout = Layout(num_ranks=8, token_budget=1024, is_recomputed=True)
    parts = memory_parts(ADAPTED, layout)
    added = 36 * 400_000
    assert ADAPTED.num_trained_parameters == added
    assert parts["master weights"] == pytest.approx(4 * (SHAPE.num_parameters + added) / 8)
    assert parts["optimizer moments"] == pytest.approx(8 * added / 8)
    assert sum(parts.values()) < 0.6 * sum(memory_parts(SHAPE, layout).values())


def test_frozen_weights_save_a_third_of_the_work_and_publish_only_what_was_trained():
    whole = plan_training(SHAPE, spec(), ClusterSpec(num_gpus=8), 4096)
    lora = {"rank": 16, "export": "adapter"}
    made = plan_training(ADAPTED, spec(lora=lora), ClusterSpec(num_gpus=8), 4096)
    body = SHAPE.flops_per_token(0, is_recomputed=False)
    assert ADAPTED.flops_per_token(0, is_recomputed=False) == pytest.approx(
        body * 2 / 3 + 6 * made.num_trained_parameters
    )
    assert made.publish_seconds["disk"] < whole.publish_seconds["disk"] / 100
    assert made.communication_seconds < whole.communication_seconds
    merged = plan_training(ADAPTED, spec(lora={"rank": 16}), ClusterSpec(num_gpus=8), 4096)
    assert merged.publish_seconds == whole.publish_seconds


@given(ranks, budgets)
def test_a_copy_holds_as_much_as_its_own_ranks_would_alone(num_shards: int, tokens: int):
    alone = Layout(num_ranks=num_shards, token_budget=tokens, is_recomputed=True)
    copies = replace(alone, num_ranks=8 * num_shards, num_replicas=8)
    assert memory_parts(SHAPE, copies) == memory_parts(SHAPE, alone)


def test_copies_within_nodes_move_weights_there_and_only_gradients_between():
    cluster = ClusterSpec(num_gpus=64, network_gigabytes_per_second=5.0)
    one = plan_training(SHAPE, spec(num_ranks=64, recompute_blocks=True), cluster, 4096)
    eight = spec(num_ranks=64, num_replicas=8, recompute_blocks=True)
    copied = plan_training(SHAPE, eight, cluster, 4096)
    assert copied.communication_seconds < one.communication_seconds
    assert copied.total_gib > one.total_gib


def test_copies_that_do_not_fit_are_told_to_be_fewer():
    cluster = ClusterSpec(num_gpus=64, memory_gib=40.0)
    eight = spec(num_ranks=64, num_replicas=32, recompute_blocks=True)
    made = plan_training(SHAPE, eight, cluster, 4096)
    assert not made.fits
    assert any("num_replicas to 1" in line for line in made.advice)
    assert plan_training(SHAPE, spec(num_ranks=64, recompute_blocks=True), cluster, 4096).fits


def test_a_mixture_that_replays_routes_holds_and_moves_them():
    mixture = replace(SHAPE, num_experts_per_token=8)
    layout = Layout(num_ranks=8, token_budget=1000, is_recomputed=True)
    assert memory_parts(mixture, layout)["routes"] == 8 * 36 * 8 * 1000
    assert memory_parts(mixture, replace(layout, is_replayed=True))["routes"] == 2 * 8 * 36 * 8000
    assert "routes" not in memory_parts(SHAPE, layout)
    sampled = plan_training(mixture, spec(), ClusterSpec(num_gpus=8), 4096)
    assert sampled.routes_gib == pytest.approx(2 * 36 * 8 * 8 * 16 * 4096 / 2**30, abs=1e-3)
    assert plan_training(mixture, spec(kind="sft"), ClusterSpec(), 4096).routes_gib == 0.0


def test_recomputation_costs_a_third_more_and_keeps_a_fraction():
    kept, recomputed = plan(8), plan(8, recompute_blocks=True)
    assert recomputed.memory_gib["activations"] < kept.memory_gib["activations"] / 5
    body = SHAPE.flops_per_token(4096, is_recomputed=False)
    assert SHAPE.flops_per_token(4096, is_recomputed=True) == pytest.approx(body * 4 / 3)
    assert recomputed.flops_per_token > kept.flops_per_token


def test_what_does_not_fit_is_told_what_to_change_and_fits_then():
    refused = plan(8)
    assert not refused.fits
    assert f"at most {refused.largest_token_budget}" in refused.advice[0]
    smaller = {**spec().batch.model_dump(), "token_budget": refused.largest_token_budget}
    assert plan(8, batch=smaller).fits
    assert any("recompute_blocks" in line for line in refused.advice)
    assert plan(8, recompute_blocks=True).fits
    assert plan(8, recompute_blocks=True).advice == []


def test_one_gpu_that_holds_no_token_is_told_how_many_would():
    alone = plan_training(
        SHAPE, spec(recompute_blocks=True), ClusterSpec(num_gpus=1, memory_gib=24.0), 4096
    )
    assert (alone.fits, alone.largest_token_budget) == (False, 0)
    words = next(line for line in alone.advice if "GPUs hold" in line)
    enough = int(words.split("recompute_blocks, ")[1].split()[0])
    cluster = ClusterSpec(num_gpus=enough, memory_gib=24.0)
    assert plan_training(SHAPE, spec(recompute_blocks=True), cluster, 4096).fits


def test_a_step_lasts_as_long_as_the_slower_of_computing_and_moving():
    near = plan(8, recompute_blocks=True)
    far = plan_training(
        SHAPE,
        spec(recompute_blocks=True),
        ClusterSpec(num_gpus=64, network_gigabytes_per_second=0.5),
        4096,
    )
    assert near.step_seconds == near.compute_seconds > near.communication_seconds
    assert far.step_seconds == far.communication_seconds > far.compute_seconds
    assert plan(1).communication_seconds == 0.0


def test_every_token_of_a_step_has_a_place_in_some_micro_batch():
    made = plan(8)
    assert made.tokens_per_step == 8 * 16 * 4096
    assert made.micro_batches_per_step * 8 * 32768 >= made.tokens_per_step


MIXTURE = replace(
    SHAPE,
    hidden_size=2048,
    num_experts_per_token=8,
    num_experts=128,
    num_expert_parameters=128 * 3 * 2048 * 768,
    num_block_parameters=128 * 3 * 2048 * 768 + 40_000_000,
)


def test_divided_experts_are_gathered_in_part_and_tokens_sent_within_the_node():
    whole = spec(num_ranks=64, recompute_blocks=True)
    divided = whole.model_copy(update={"expert_parallel": 8})
    cluster = ClusterSpec(num_gpus=64)
    before, after = (plan_training(MIXTURE, each, cluster, 4096) for each in (whole, divided))
    assert after.memory_gib["gathered weights"] < before.memory_gib["gathered weights"] / 2
    for part in ("master weights", "optimizer moments", "gradients"):
        assert after.memory_gib[part] == before.memory_gib[part], part
    assert after.communication_seconds < before.communication_seconds / 3
    # Two ways, in three passes, of bf16 rows for eight experts: seven of eight in another GPU.
    rows = 2 * 3 * 36 * (2 * 2048 * 8 * 32768) * 7 / 8
    assert after.dispatch_gib == pytest.approx(
        after.micro_batches_per_step * rows / 2**30, abs=0.01
    )
    assert after.dispatch_seconds == pytest.approx(after.micro_batches_per_step * rows / 370e9)
    assert (before.dispatch_gib, before.dispatch_seconds) == (0.0, 0.0)
    assert after.step_seconds > after.dispatch_seconds + after.compute_seconds * 0.999


@given(ranks, budgets)
def test_one_rank_a_group_is_as_if_experts_were_not_divided(num_ranks: int, tokens: int):
    layout = Layout(num_ranks=num_ranks, token_budget=tokens, is_recomputed=True)
    alone = replace(MIXTURE, num_experts=0, num_expert_parameters=0)
    assert memory_parts(MIXTURE, layout) == memory_parts(alone, layout)

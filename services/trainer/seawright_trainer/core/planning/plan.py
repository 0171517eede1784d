"""The plan: does it fit, how long does a step take, what to change."""

from dataclasses import replace

from seawright_shared.records.planning import ClusterSpec, TrainingPlan
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.planning.memory import (
    FP32,
    Layout,
    dispatched_bytes,
    largest_token_budget,
    memory_parts,
)
from seawright_trainer.core.planning.shapes import ModelShape

GIB = 2**30
LOSS_SHARE = 0.25
"""Of a rollout's tokens: what the agent itself said."""
BF16 = 2
INT16 = 2


def plan_training(
    shape: ModelShape, spec: TrainingSpec, cluster: ClusterSpec, mean_length: int
) -> TrainingPlan:
    """Return what the run needs on this cluster, `spec.num_replicas` copies of it on all GPUs."""
    layout = Layout(
        num_ranks=cluster.num_gpus,
        num_replicas=spec.num_replicas,
        token_budget=spec.batch.token_budget,
        is_recomputed=spec.recompute_blocks,
        is_replayed=spec.kind == "grpo",
        expert_parallel=spec.expert_parallel,
    )
    parts = memory_parts(shape, layout)
    total = sum(parts.values())
    available = (cluster.memory_gib - cluster.reserve_gib) * GIB
    sequences = spec.batch.tasks_per_step * (spec.batch.group_size if spec.kind == "grpo" else 1)
    tokens = sequences * mean_length
    rounds = max(1, -(-tokens // (spec.batch.token_budget * cluster.num_gpus)))
    flops = shape.flops_per_token(mean_length, is_recomputed=spec.recompute_blocks)
    flops += LOSS_SHARE * shape.head_flops_per_token
    rate = cluster.num_gpus * cluster.tflops * 1e12 * cluster.utilization
    compute = tokens * flops / rate
    sent = _sent_bytes(shape, layout)
    dispatch = rounds * sent / (_bandwidth(cluster, layout.expert_parallel) * 1e9)
    communication = rounds * _within(shape, layout, cluster) + _across(shape, layout, cluster)
    # Nothing is computed while tokens travel; gathered weights come while something is.
    return TrainingPlan(
        fits=total <= available,
        memory_gib={name: round(part / GIB, 2) for name, part in parts.items()},
        total_gib=round(total / GIB, 2),
        available_gib=round(available / GIB, 2),
        largest_token_budget=largest_token_budget(shape, layout, available),
        num_parameters=shape.num_parameters,
        num_active_parameters=shape.num_active_parameters,
        num_trained_parameters=shape.num_trained_parameters,
        tokens_per_step=tokens,
        micro_batches_per_step=rounds,
        flops_per_token=flops,
        step_seconds=max(compute, communication) + dispatch,
        compute_seconds=compute,
        communication_seconds=communication,
        publish_seconds=_publish(shape, spec, cluster),
        dispatch_gib=round(rounds * sent / GIB, 2),
        dispatch_seconds=dispatch,
        routes_gib=round(_replayed_bytes(shape, spec) * tokens / GIB, 3),
        advice=_advice(shape, layout, spec, cluster),
    )


def _within(shape: ModelShape, layout: Layout, cluster: ClusterSpec) -> float:
    """Return seconds of one micro-batch: two gatherings of weights, one scattering of gradients."""
    divided = layout.expert_parallel > 1
    experts = shape.num_blocks * shape.num_expert_parameters if divided else 0
    trained = 0 if shape.num_adapter_parameters is not None else experts
    held = 2 * shape.element_bytes * (shape.num_held_parameters - experts)
    moved = _share(layout.num_shards) * (held + FP32 * (shape.num_trained_parameters - trained))
    # Ranks with the same experts gather those from each other, which are in other nodes.
    own = (2 * shape.element_bytes * experts + FP32 * trained) / layout.expert_parallel
    moved += _share(layout.num_shards // layout.expert_parallel) * own
    return moved / (_bandwidth(cluster, layout.num_shards) * 1e9)


def _share(num_ranks: int) -> float:
    """Return what of a whole a rank must fetch from others that hold it together."""
    return (num_ranks - 1) / num_ranks


def _sent_bytes(shape: ModelShape, layout: Layout) -> float:
    """Return what a rank sends to experts of others, and back, in one micro-batch.

    Two ways, in the forward pass, in the backward pass, and in a forward that is repeated.
    """
    ways = 2 * (3 if layout.is_recomputed else 2)
    sent = ways * shape.num_blocks * dispatched_bytes(shape, layout)
    return _share(layout.expert_parallel) * sent


def _across(shape: ModelShape, layout: Layout, cluster: ClusterSpec) -> float:
    """Return seconds of one step: each rank's share of the gradients, summed over all copies."""
    share = 2 * (layout.num_replicas - 1) / layout.num_replicas
    moved = share * FP32 * shape.num_trained_parameters / layout.num_shards
    return moved / (_bandwidth(cluster, layout.num_ranks) * 1e9)


def _bandwidth(cluster: ClusterSpec, num_gpus: int) -> float:
    """Return gigabytes a second of each of so many GPUs, laid node by node."""
    if num_gpus <= cluster.gpus_per_node:
        return cluster.node_gigabytes_per_second
    return cluster.network_gigabytes_per_second


def _publish(shape: ModelShape, spec: TrainingSpec, cluster: ClusterSpec) -> dict[str, float]:
    """Return seconds of one version: written and read again, or sent from one GPU."""
    is_adapter = spec.lora is not None and spec.lora.export == "adapter"
    num = shape.num_trained_parameters if is_adapter else shape.num_parameters
    weights = BF16 * num / 1e9
    return {
        "disk": 2 * weights / cluster.storage_gigabytes_per_second,
        "network": weights / _bandwidth(cluster, cluster.num_gpus),
    }


def _replayed_bytes(shape: ModelShape, spec: TrainingSpec) -> float:
    """Return what the routes of one token take in a blob: the engine tells them with its ids."""
    if spec.kind != "grpo":
        return 0.0
    return float(INT16 * shape.num_blocks * shape.num_experts_per_token)


def _advice(
    shape: ModelShape, layout: Layout, spec: TrainingSpec, cluster: ClusterSpec
) -> list[str]:
    available = (cluster.memory_gib - cluster.reserve_gib) * GIB
    most = largest_token_budget(shape, layout, available)
    if most >= layout.token_budget:
        return []
    advice: list[str] = []
    if most >= spec.batch.max_length:
        advice.append(f"set batch.token_budget to at most {most}")
    recomputed = replace(layout, is_recomputed=True)
    if not layout.is_recomputed:
        fits = largest_token_budget(shape, recomputed, available)
        if fits >= spec.batch.max_length:
            advice.append(f"set recompute_blocks: then up to {fits} tokens of a micro-batch fit")
    whole = replace(layout, num_replicas=1)
    if layout.num_replicas > 1 and largest_token_budget(shape, whole, available) > most:
        fits = largest_token_budget(shape, whole, available)
        advice.append(f"set num_replicas to 1: then up to {fits} tokens of a micro-batch fit")
    needed = _gpus_needed(shape, recomputed, available, cluster.gpus_per_node)
    if needed is not None and needed > cluster.num_gpus:
        advice.append(f"with recompute_blocks, {needed} GPUs hold batch.token_budget")
    if needed is None:
        advice.append("no number of GPUs holds it: lower batch.token_budget and batch.max_length")
    return advice


def _gpus_needed(shape: ModelShape, layout: Layout, available: float, per_node: int) -> int | None:
    """Return the fewest GPUs, in whole nodes beyond the first, that hold the token budget."""
    counts = [*range(1, per_node), *range(per_node, 129 * per_node, per_node)]
    among = layout.num_replicas * layout.expert_parallel
    for count in (one for one in counts if one % among == 0):
        ranks = replace(layout, num_ranks=count)
        if largest_token_budget(shape, ranks, available) >= layout.token_budget:
            return count
    return None

"""The plan: does it fit, how long does a step take, what to change."""

from dataclasses import replace

from seawright_shared.records.planning import ClusterSpec, TrainingPlan
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.planning.memory import FP32, Layout, largest_token_budget, memory_parts
from seawright_trainer.core.planning.shapes import ModelShape

GIB = 2**30
LOSS_SHARE = 0.25
"""Of a rollout's tokens: what the agent itself said."""
BF16 = 2


def plan_training(
    shape: ModelShape, spec: TrainingSpec, cluster: ClusterSpec, mean_length: int
) -> TrainingPlan:
    """Return what the run needs on this cluster, with the model sharded over all GPUs."""
    layout = Layout(
        num_ranks=cluster.num_gpus,
        token_budget=spec.batch.token_budget,
        is_recomputed=spec.recompute_blocks,
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
    communication = rounds * _communication(shape, cluster)
    return TrainingPlan(
        fits=total <= available,
        memory_gib={name: round(part / GIB, 2) for name, part in parts.items()},
        total_gib=round(total / GIB, 2),
        available_gib=round(available / GIB, 2),
        largest_token_budget=largest_token_budget(shape, layout, available),
        num_parameters=shape.num_parameters,
        num_active_parameters=shape.num_active_parameters,
        tokens_per_step=tokens,
        micro_batches_per_step=rounds,
        flops_per_token=flops,
        step_seconds=max(compute, communication),
        compute_seconds=compute,
        communication_seconds=communication,
        publish_seconds=_publish(shape, cluster),
        advice=_advice(shape, layout, spec, cluster),
    )


def _communication(shape: ModelShape, cluster: ClusterSpec) -> float:
    """Return seconds of one micro-batch: two gatherings of weights, one scattering of gradients."""
    if cluster.num_gpus == 1:
        return 0.0
    share = (cluster.num_gpus - 1) / cluster.num_gpus
    moved = share * shape.num_parameters * (2 * shape.element_bytes + FP32)
    return moved / (_bandwidth(cluster) * 1e9)


def _bandwidth(cluster: ClusterSpec) -> float:
    is_one_node = cluster.num_gpus <= cluster.gpus_per_node
    if is_one_node:
        return cluster.node_gigabytes_per_second
    return cluster.network_gigabytes_per_second


def _publish(shape: ModelShape, cluster: ClusterSpec) -> dict[str, float]:
    """Return seconds of one version: written and read again, or sent from one GPU."""
    weights = BF16 * shape.num_parameters / 1e9
    return {
        "disk": 2 * weights / cluster.storage_gigabytes_per_second,
        "network": weights / _bandwidth(cluster),
    }


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
    needed = _gpus_needed(shape, recomputed, available, cluster.gpus_per_node)
    if needed is not None and needed > cluster.num_gpus:
        advice.append(f"with recompute_blocks, {needed} GPUs hold batch.token_budget")
    if needed is None:
        advice.append("no number of GPUs holds it: lower batch.token_budget and batch.max_length")
    return advice


def _gpus_needed(shape: ModelShape, layout: Layout, available: float, per_node: int) -> int | None:
    """Return the fewest GPUs, in whole nodes beyond the first, that hold the token budget."""
    counts = [*range(1, per_node), *range(per_node, 129 * per_node, per_node)]
    for count in counts:
        ranks = replace(layout, num_ranks=count)
        if largest_token_budget(shape, ranks, available) >= layout.token_budget:
            return count
    return None

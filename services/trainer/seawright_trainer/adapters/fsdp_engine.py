"""One optimizer step on FSDP2: the same code on gloo with CPUs and on nccl with CUDA.

Loss is divided by the step's one denominator and gradients are summed, never averaged, over
micro-batches and ranks; so any split of a batch gives the same gradient.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.adapters.expert_parallel import (
    REPLICAS,
    SHARED,
    divide_experts,
    expert_mesh,
    expert_placement,
)
from seawright_trainer.core.diagnostics import Diagnostics, summarize
from seawright_trainer.core.losses import LOSSES
from seawright_trainer.core.losses.inputs import LossInputs
from seawright_trainer.core.packed_attention import SegmentBounds
from seawright_trainer.core.packed_model import PackedModel, RowTensors
from seawright_trainer.core.router_replay import imbalance
from seawright_trainer.core.schedules import learning_rate
from seawright_trainer.core.segments import PackedRow
from seawright_trainer.core.waterfall import Waterfall

DTYPES = {"float32": None, "bfloat16": torch.bfloat16}
"""Compute type; None leaves the fp32 master weights as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What a step did. Not applied: no loss tokens, or a gradient that is not finite."""

    is_applied: bool
    metrics: dict[str, float]


class FsdpEngine:
    """Model, optimizer and the two counters that make a step reproducible."""

    def __init__(self, model: PackedModel, spec: TrainingSpec, device: torch.device) -> None:
        self.spec = spec
        self.device = device
        self.model = shard(
            model.to(device),
            spec.model.dtype,
            device,
            num_replicas=spec.num_replicas,
            expert_parallel=spec.expert_parallel,
        )
        optimizer = spec.optimizer
        self.optimizer = torch.optim.AdamW(
            [each for each in self.model.parameters() if each.requires_grad],
            lr=optimizer.learning_rate,
            betas=optimizer.betas,
            weight_decay=optimizer.weight_decay,
        )
        settle = torch.cuda.synchronize if device.type == "cuda" else _nothing
        self.waterfall = Waterfall(clock=time.perf_counter, settle=settle)
        self.num_applied = 0
        """Optimizer steps so far; the schedule follows it, not the number of batches."""

    def train_step(self, rows: Sequence[PackedRow], denominator: int) -> StepOutcome:
        """Run all micro-batches of this rank and step, on all ranks or on none."""
        started = time.perf_counter()
        if denominator == 0:
            return StepOutcome(is_applied=False, metrics={"loss_tokens": 0.0, "applied": 0.0})
        rate = learning_rate(
            self.spec.optimizer, step=self.num_applied + 1, num_steps=self.spec.num_steps
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        diagnostics = Diagnostics(self.device)
        loss = torch.zeros((), dtype=torch.float64, device=self.device)
        for index, row in enumerate(rows, start=1):
            # Within a copy gradients are summed each time; across copies once, at the end.
            fsdp_root(self.model).set_requires_all_reduce(index == len(rows))
            loss += self._backward(row, denominator, diagnostics)
        with self.waterfall.stage("optimizer"):
            norm = self._clip()
            is_applied = math.isfinite(norm)
            if is_applied:
                self.optimizer.step()
                self.num_applied += 1
            self.optimizer.zero_grad()
        metrics = {
            **self._reduced(loss, diagnostics),
            "grad_norm": norm if is_applied else -1.0,
            "learning_rate": rate,
            "applied": float(is_applied),
            "micro_batches": float(len(rows)),
            "step_seconds": time.perf_counter() - started,
        }
        return StepOutcome(is_applied=is_applied, metrics=metrics)

    def _backward(self, row: PackedRow, denominator: int, diagnostics: Diagnostics) -> torch.Tensor:
        behaviour = torch.from_numpy(row.behaviour_N).to(self.device)
        with self.waterfall.stage("forward"):
            scores = self.model(row_tensors(row, self.device), segment_bounds(row, self.device))
        output = LOSSES["sft" if self.spec.kind == "sft" else self.spec.algorithm.loss](
            LossInputs(
                logprobs_N=scores.logprobs_N,
                behaviour_N=behaviour,
                advantages_N=torch.from_numpy(row.advantages_N).to(self.device),
                weights_N=torch.from_numpy(row.weights_N).to(self.device),
                sequences_N=torch.from_numpy(row.sequences_N).to(self.device),
            ),
            self.spec.algorithm,
            float(denominator),
        )
        with self.waterfall.stage("backward"):
            (output.loss + scores.anchor).backward()
        ages = torch.from_numpy(row.ages_N).to(self.device)
        counts = output.counts | self._routed()
        diagnostics.add(scores.logprobs_N, behaviour, scores.entropy_N, counts, ages)
        return output.loss.detach().double()

    def _routed(self) -> dict[str, torch.Tensor]:
        """Return how unevenly the last row met a mixture's experts; nothing of a dense model."""
        if not self.model.routers:
            return {}
        uneven = imbalance(self.model.routers)
        return {"imbalance": uneven, "routed_rows": torch.ones_like(uneven)}

    def _clip(self) -> float:
        by_mesh: dict[object, list[nn.Parameter]] = {}
        for each in self.model.parameters():
            if each.grad is not None:
                by_mesh.setdefault(_mesh_of(each), []).append(each)
        norms = [_norm(parameters) for parameters in by_mesh.values()]
        whole = norms[0] if len(norms) == 1 else torch.stack(norms).norm()
        for parameters in by_mesh.values():
            clip_grads_with_norm_(parameters, self.spec.optimizer.max_grad_norm, whole)
        return float(whole)

    def _reduced(self, loss: torch.Tensor, diagnostics: Diagnostics) -> dict[str, float]:
        sums = torch.cat([loss[None], diagnostics.sums])
        dist.all_reduce(sums)
        dist.all_reduce(diagnostics.maxes, op=dist.ReduceOp.MAX)
        measured = summarize(sums[1:], diagnostics.maxes, sampled=self.spec.kind == "grpo")
        return {"loss": float(sums[0]), **measured}


def _mesh_of(parameter: nn.Parameter) -> DeviceMesh | None:
    """Return the ranks that hold the parameter: divided experts' are arranged in their own way."""
    return parameter.device_mesh if isinstance(parameter, DTensor) else None


def _norm(parameters: Sequence[nn.Parameter]) -> torch.Tensor:
    """Return the norm of the gradients of parameters on one mesh."""
    norm = get_total_norm([each.grad for each in parameters if each.grad is not None])
    return norm.full_tensor() if isinstance(norm, DTensor) else norm


def _nothing() -> None:
    """Wait for nothing: a CPU has done what it was told."""


def fsdp_root(model: PackedModel) -> FSDPModule:
    """Return the model as what FSDP made of it."""
    assert isinstance(model, FSDPModule)
    return model


def rank_mesh(device: torch.device, num_replicas: int) -> DeviceMesh:
    """Return the mesh of all ranks; with replicas, neighbours hold one copy together."""
    size = dist.get_world_size()
    if num_replicas == 1:
        return init_device_mesh(device.type, (size,))
    shape, names = (num_replicas, size // num_replicas), ("replicate", "shard")
    return init_device_mesh(device.type, shape, mesh_dim_names=names)


def shard(
    model: PackedModel,
    dtype: str,
    device: torch.device,
    *,
    num_replicas: int = 1,
    expert_parallel: int = 1,
) -> PackedModel:
    """Shard each block and the root over a copy's ranks; gradients are summed, not averaged.

    Experts may be divided over neighbours first; then ranks with the same ones shard those.
    """
    mesh = rank_mesh(device, num_replicas)
    policy = MixedPrecisionPolicy(
        param_dtype=DTYPES[dtype], reduce_dtype=torch.float32, cast_forward_inputs=False
    )
    if expert_parallel > 1:
        ranks = expert_mesh(device, num_replicas=num_replicas, num_peers=expert_parallel)
        among = ranks[SHARED] if num_replicas == 1 else ranks[REPLICAS, SHARED]
        for share in divide_experts(model, ranks):
            placement = expert_placement(ranks, share)
            fully_shard(
                share,
                mesh=among,
                mp_policy=policy,
                shard_placement_fn=lambda _, placement=placement: placement,
            )
    for block in model.blocks:
        fully_shard(block, mesh=mesh, mp_policy=policy)
    fully_shard(model, mesh=mesh, mp_policy=policy)
    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.set_gradient_divide_factor(1.0)
            # gloo has no PREMUL_SUM.
            module.set_force_sum_reduction_for_comms(device.type == "cpu")
    return model


def row_tensors(row: PackedRow, device: torch.device) -> RowTensors:
    """Move a row to the device."""
    return RowTensors(
        token_ids_T=torch.from_numpy(row.token_ids_T).to(device),
        positions_T=torch.from_numpy(row.positions_T).to(device),
        source_N=torch.from_numpy(row.source_N).to(device),
        targets_N=torch.from_numpy(row.targets_N).to(device),
        temperatures_N=torch.from_numpy(row.temperatures_N).to(device),
        routes_TLK=None if row.routes_TLK is None else torch.from_numpy(row.routes_TLK).to(device),
    )


def segment_bounds(row: PackedRow, device: torch.device) -> SegmentBounds:
    """Say where the row's segments end, in the two forms that attention needs."""
    ends = tuple(segment.end for segment in row.segments)
    return SegmentBounds(
        ends=ends,
        longest=max(segment.end - segment.start for segment in row.segments),
        cumulative=torch.tensor([0, *ends], dtype=torch.int32, device=device),
    )

"""Experts of a mixture divided over neighbouring ranks; their tokens travel by all-to-all.

Shapes: hidden (tokens, width), chosen and scores (tokens, experts per token), leaving (experts),
arriving (ranks that divide a layer's experts, experts of one rank). Sending is differentiable: its
backward pass sends gradients the other way, so the gradient of an expert is already the sum over
the ranks whose tokens it met.
"""

from typing import cast

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed._functional_collectives import all_to_all_single_autograd
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor, Shard
from torch.nn import functional

from seawright_shared.errors import FieldError, InvalidRequestError

SHARED, EXPERTS = "expert_shard", "expert"
"""Mesh dimensions: ranks with the same experts, of which each holds a part; and all experts."""
REPLICAS = "replicate"


class ExpertShare(nn.Module):
    """In the place of a layer's experts: holds some of them, and meets all tokens of these.

    Parameters keep their names and whole shapes; a rank holds its slice of the first dimension.
    """

    def __init__(self, whole: nn.Module, mesh: DeviceMesh) -> None:
        super().__init__()
        self.group = mesh.get_group(EXPERTS)
        self.num_peers = self.group.size()
        self.activation = cast("nn.Module", whole.act_fn)
        self.gate_up_proj = _slice_of(cast("nn.Parameter", whole.gate_up_proj), mesh)
        self.down_proj = _slice_of(cast("nn.Parameter", whole.down_proj), mesh)
        self.num_experts = self.gate_up_proj.shape[0]

    def forward(
        self, hidden: torch.Tensor, chosen: torch.Tensor, scores: torch.Tensor
    ) -> torch.Tensor:
        """Return each token's experts' outputs, summed with the router's weights."""
        num_chosen = chosen.shape[1]
        order = chosen.flatten().argsort(stable=True)
        leaving = torch.bincount(chosen.flatten(), minlength=self.num_experts)
        arriving = torch.empty_like(leaving).view(self.num_peers, -1)
        dist.all_to_all_single(arriving.view(-1), leaving, group=self.group)
        sent = cast("list[int]", leaving.view(self.num_peers, -1).sum(1).tolist())
        received = cast("list[int]", arriving.sum(1).tolist())
        rows = all_to_all_single_autograd(hidden[order // num_chosen], received, sent, self.group)
        answers = self._compute(rows, arriving)
        back = all_to_all_single_autograd(answers, sent, received, self.group)
        in_order = back[order.argsort()].view(*chosen.shape, -1)
        return (in_order * scores[..., None]).sum(1).to(hidden.dtype)

    def _compute(self, rows: torch.Tensor, arriving: torch.Tensor) -> torch.Tensor:
        """Return this rank's experts' outputs of rows that lie by sender, then by expert."""
        num_local = arriving.shape[1]
        experts = torch.arange(num_local, device=rows.device)
        by_expert = (
            experts.repeat(self.num_peers)
            .repeat_interleave(arriving.flatten(), output_size=rows.shape[0])
            .argsort(stable=True)
        )
        counts = arriving.sum(0)
        gate_up, down = _local(self.gate_up_proj), _local(self.down_proj)
        inner = _grouped(rows[by_expert], gate_up, counts)
        gate, up = inner.chunk(2, dim=-1)
        answers = _grouped(self.activation(gate) * up, down, counts)
        return answers[by_expert.argsort()]


def _grouped(rows: torch.Tensor, weights: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Return each expert's product with its own rows, which lie one expert after the other."""
    if rows.device.type == "cpu":
        pieces = zip(rows.split(counts.tolist()), weights.unbind(), strict=True)
        return torch.cat([functional.linear(piece, weight) for piece, weight in pieces])
    offsets = counts.cumsum(0, dtype=torch.int32)
    return functional.grouped_mm(rows, weights.transpose(-2, -1), offs=offsets)


def _local(parameter: torch.Tensor) -> torch.Tensor:
    """Return this rank's experts, whole: FSDP has gathered them from the ranks that share them."""
    assert isinstance(parameter, DTensor)
    return parameter.to_local(grad_placements=[Shard(0)])


def _slice_of(whole: nn.Parameter, mesh: DeviceMesh) -> nn.Parameter:
    own = mesh[EXPERTS]
    pieces = whole.detach().chunk(own.size())
    held = pieces[own.get_local_rank()].clone()
    piece = DTensor.from_local(held, own, [Shard(0)], run_check=False)
    return nn.Parameter(piece, requires_grad=whole.requires_grad)


def expert_mesh(device: torch.device, *, num_replicas: int, num_peers: int) -> DeviceMesh:
    """Return all ranks as copies, ranks with the same experts, and neighbours that share all."""
    num_shared = dist.get_world_size() // num_replicas // num_peers
    if num_replicas == 1:
        return init_device_mesh(
            device.type, (num_shared, num_peers), mesh_dim_names=(SHARED, EXPERTS)
        )
    return init_device_mesh(
        device.type,
        (num_replicas, num_shared, num_peers),
        mesh_dim_names=(REPLICAS, SHARED, EXPERTS),
    )


def divide_experts(model: nn.Module, mesh: DeviceMesh) -> list[ExpertShare]:
    """Leave each rank its own experts; return what took the place of each layer's.

    Raises `InvalidRequestError` for a dense model, or experts that are no multiple of the ranks.
    """
    num_peers = mesh[EXPERTS].size()
    shares: list[ExpertShare] = []
    for path, module in list(model.named_modules()):
        if not type(module).__name__.endswith("MoeExperts"):
            continue
        num_experts = cast("nn.Parameter", module.gate_up_proj).shape[0]
        if num_experts % num_peers:
            raise _wrong(f"{num_experts} experts cannot be divided over {num_peers} ranks")
        parent, _, name = path.rpartition(".")
        share = ExpertShare(module, mesh)
        setattr(model.get_submodule(parent), name, share)
        shares.append(share)
    if not shares:
        raise _wrong("the model has no experts to divide")
    return shares


def expert_placement(mesh: DeviceMesh, share: ExpertShare) -> Shard:
    """Return the dimension that ranks with the same experts divide.

    The second where all sizes allow: slices of the first would lie scattered in the whole.
    """
    num_shared = mesh[SHARED].size()
    widths = (share.gate_up_proj.shape[1], share.down_proj.shape[1])
    return Shard(0) if any(width % num_shared for width in widths) else Shard(1)


def _wrong(detail: str) -> InvalidRequestError:
    field = FieldError(pointer="/expert_parallel", code="no_divisor", detail=detail)
    return InvalidRequestError(detail, errors=[field])

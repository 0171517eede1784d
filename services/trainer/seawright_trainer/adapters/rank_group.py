"""The ranks of one attempt: rendezvous, and rank 0's decisions for all of them."""

from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import HashStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RankGroup:
    """The gloo group that carries decisions; on CUDA it lives beside nccl."""

    rank: int
    size: int
    device: torch.device
    decisions: dist.ProcessGroup | None
    saving: dist.ProcessGroup | None = None
    """A gloo group of its own for the threads that write checkpoints while ranks train."""

    def share(self, decision: str) -> str:
        """Return rank 0's text on every rank; ranks meet here at every boundary."""
        if self.size == 1:
            return decision
        held: list[str | None] = [decision if self.rank == 0 else None]
        dist.broadcast_object_list(held, src=0, group=self.decisions)
        assert held[0] is not None
        return held[0]


def join_ranks(*, rank: int, size: int, local_rank: int, deadline_seconds: float) -> RankGroup:
    """Meet the other ranks: nccl and CUDA where there is a GPU, gloo and CPU elsewhere."""
    deadline = timedelta(seconds=deadline_seconds)
    if torch.cuda.is_available():
        device = torch.device("cuda", local_rank)
        torch.cuda.set_device(device)
        backend = "nccl"
    else:
        device = torch.device("cpu")
        backend = "gloo"
    if size == 1:
        dist.init_process_group(backend, store=HashStore(), rank=0, world_size=1, timeout=deadline)
    else:
        dist.init_process_group(backend, timeout=deadline)
    return RankGroup(
        rank=rank,
        size=size,
        device=device,
        decisions=gloo_group(deadline) if backend == "nccl" else None,
        saving=gloo_group(deadline),
    )


def gloo_group(deadline: timedelta) -> dist.ProcessGroup:
    """Return a group of all ranks on CPU, beside what they already have."""
    beside = dist.new_group(backend="gloo", timeout=deadline)
    assert isinstance(beside, dist.ProcessGroup)
    return beside


def leave_ranks() -> None:
    """Close the process group."""
    dist.destroy_process_group()

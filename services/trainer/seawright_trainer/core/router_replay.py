"""Replays which experts the sampling engine chose, so that both sides train the same function.

T tokens, E experts, K experts per token, L layers with experts. Scores come from the dense
softmax over all experts, at the replayed ones: the router keeps its gradient.
"""

from collections.abc import Sequence
from typing import cast

import torch
from torch import nn
from torch.nn import functional

UNKNOWN = -1
"""In place of an expert that the engine did not tell: the token's route is chosen anew."""


class ReplayRouter(nn.Module):
    """A router of transformers whose choice may be given, and whose loads are counted."""

    def __init__(self, router: nn.Module) -> None:
        super().__init__()
        self.weight = cast("nn.Parameter", router.weight)
        self.top_k = int(cast("int", router.top_k))
        self.num_experts = self.weight.shape[0]
        self.is_normalized = bool(router.norm_topk_prob)
        self.routes_TK: torch.Tensor | None = None
        """For the row under way, until the next one: a recomputed block asks for it again."""
        self.chosen_TK: torch.Tensor | None = None
        """What the last row's tokens were routed to."""

    def forward(self, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits, weights and indices of the experts, as transformers' routers do."""
        hidden_TD = hidden.reshape(-1, self.weight.shape[1])
        logits_TE = functional.linear(hidden_TD, self.weight)
        dense_TE = functional.softmax(logits_TE, dim=-1, dtype=torch.float)
        chosen_TK = dense_TE.topk(self.top_k, dim=-1).indices
        if self.routes_TK is not None:
            is_told_TK = (self.routes_TK > UNKNOWN) & (self.routes_TK < self.num_experts)
            is_known_T1 = is_told_TK.all(-1, keepdim=True)
            chosen_TK = torch.where(is_known_T1, self.routes_TK, chosen_TK)
        self.chosen_TK = chosen_TK.detach()
        weights_TK = dense_TE.gather(-1, chosen_TK)
        if self.is_normalized:
            weights_TK = weights_TK / weights_TK.sum(-1, keepdim=True)
        return logits_TE, weights_TK.to(logits_TE.dtype), chosen_TK


def install_replay(language_model: nn.Module) -> list[ReplayRouter]:
    """Put a replaying router in the place of each router; return them, the first layer's first."""
    found: list[ReplayRouter] = []
    for path, module in list(language_model.named_modules()):
        if not type(module).__name__.endswith("TopKRouter"):
            continue
        parent, _, name = path.rpartition(".")
        router = ReplayRouter(module)
        setattr(language_model.get_submodule(parent), name, router)
        found.append(router)
    return found


def give_routes(routers: Sequence[ReplayRouter], routes_TLK: torch.Tensor | None) -> None:
    """Tell each router the row's routes in its layer, or that it chooses by itself."""
    for layer, router in enumerate(routers):
        router.routes_TK = None if routes_TLK is None else routes_TLK[:, layer]


def imbalance(routers: Sequence[ReplayRouter]) -> torch.Tensor:
    """Return how much more than its share the busiest expert had, as a mean over layers.

    0: all experts met equally many of the last row's tokens.
    """
    excesses: list[torch.Tensor] = []
    for router in routers:
        assert router.chosen_TK is not None, "asked before a forward"
        loads_E = torch.bincount(router.chosen_TK.flatten(), minlength=router.num_experts).float()
        excesses.append(loads_E.max() / loads_E.mean() - 1.0)
    return torch.stack(excesses).mean()

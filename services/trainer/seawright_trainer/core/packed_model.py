"""The trained model: packed rows in, log-probs of loss tokens out.

T = tokens of the row, N = its loss tokens, V = vocabulary, D = hidden size.
"""

from typing import NamedTuple, cast

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint
from transformers import PreTrainedModel

from seawright_trainer.core.limits import MAX_LOGITS
from seawright_trainer.core.packed_attention import SegmentBounds
from seawright_trainer.core.router_replay import give_routes, install_replay


class RowTensors(NamedTuple):
    """A packed row on the device. A NamedTuple, because FSDP looks for tensors in pytrees."""

    token_ids_T: torch.Tensor
    positions_T: torch.Tensor
    source_N: torch.Tensor
    targets_N: torch.Tensor
    temperatures_N: torch.Tensor
    routes_TLK: torch.Tensor | None = None


class TokenScores(NamedTuple):
    """Per loss token; `anchor` is zero and ties every parameter to the graph.

    A rank without loss tokens back-propagates the anchor alone and so stays in step.
    """

    logprobs_N: torch.Tensor
    entropy_N: torch.Tensor
    anchor: torch.Tensor


class PackedModel(nn.Module):
    """A causal language model of transformers whose head sees loss tokens only."""

    def __init__(self, language_model: PreTrainedModel) -> None:
        super().__init__()
        self.language_model = language_model
        self.routers = install_replay(language_model)
        """Of a mixture of experts, by layer; none of a dense model."""

    @property
    def blocks(self) -> list[nn.Module]:
        """The decoder layers: the units that FSDP shards."""
        return list(cast("nn.ModuleList", self.language_model.base_model.layers))

    def forward(self, row: RowTensors, bounds: SegmentBounds) -> TokenScores:
        """Score the row's loss tokens at their sampling temperatures."""
        give_routes(self.routers, row.routes_TLK)
        hidden_TD = self.language_model.base_model(
            row.token_ids_T[None],
            position_ids=row.positions_T[None],
            attention_mask={"full_attention": None},
            bounds=bounds,
            use_cache=False,
        ).last_hidden_state[0]
        head = cast("nn.Linear", self.language_model.get_output_embeddings()).weight
        if row.source_N.numel() == 0:
            logits_V = functional.linear(hidden_TD[0].float(), head.float())
            nothing = torch.zeros(0, device=hidden_TD.device)
            return TokenScores(nothing, nothing, logits_V.sum() * 0.0)
        logprobs_N, entropy_N = _score(hidden_TD[row.source_N], head, row)
        return TokenScores(logprobs_N, entropy_N, torch.zeros((), device=hidden_TD.device))


def _score(
    hidden_ND: torch.Tensor, head_VD: torch.Tensor, row: RowTensors
) -> tuple[torch.Tensor, torch.Tensor]:
    chunk = max(128, MAX_LOGITS // head_VD.shape[0])
    pieces = zip(
        hidden_ND.split(chunk),
        row.targets_N.split(chunk),
        row.temperatures_N.split(chunk),
        strict=True,
    )
    if hidden_ND.shape[0] <= chunk:
        scored = [_score_chunk(*piece, head_VD) for piece in pieces]
    else:
        scored = [
            cast(
                "tuple[torch.Tensor, torch.Tensor]",
                checkpoint(_score_chunk, *piece, head_VD, use_reentrant=False),
            )
            for piece in pieces
        ]
    return torch.cat([part[0] for part in scored]), torch.cat([part[1] for part in scored])


def _score_chunk(
    hidden_ND: torch.Tensor,
    targets_N: torch.Tensor,
    temperatures_N: torch.Tensor,
    head_VD: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    # fp32: rounding logits to bf16 alone costs 0.05 in log-prob.
    logits_NV = functional.linear(hidden_ND.float(), head_VD.float()) / temperatures_N[:, None]
    normalizer_N = logits_NV.logsumexp(-1)
    logprobs_N = logits_NV.gather(-1, targets_N[:, None])[:, 0] - normalizer_N
    with torch.no_grad():
        mean_N = (functional.softmax(logits_NV, -1) * logits_NV).sum(-1)
    return logprobs_N, (normalizer_N - mean_N).detach()

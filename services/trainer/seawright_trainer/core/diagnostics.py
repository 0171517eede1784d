"""How far the sampling policy and the trained one are apart, as sums that ranks can add.

N = loss tokens of a micro-batch. Everything stays on the device until the step ends.
"""

import torch

SUMS = (
    "tokens", "logp", "k1", "k3", "abs_gap", "gapped", "ratio", "ratio_squared",
    "entropy", "clipped_low", "clipped_high", "capped",
)  # fmt: skip
"""Added over micro-batches and ranks."""
MAXES = ("abs_gap_max", "ratio_max")
"""Maximum over micro-batches and ranks."""


class Diagnostics:
    """Accumulates one optimizer step's measurements on one rank."""

    def __init__(self, device: torch.device) -> None:
        self.sums = torch.zeros(len(SUMS), dtype=torch.float64, device=device)
        self.maxes = torch.zeros(len(MAXES), dtype=torch.float64, device=device)

    @torch.no_grad()
    def add(
        self,
        logprobs_N: torch.Tensor,
        behaviour_N: torch.Tensor,
        entropy_N: torch.Tensor,
        counts: dict[str, torch.Tensor],
    ) -> None:
        """Add one micro-batch; an empty one changes nothing."""
        if logprobs_N.numel() == 0:
            return
        logp = logprobs_N.detach().double()
        gap = (logp - behaviour_N.double()).clamp(-20.0, 20.0)
        ratio = gap.exp()
        values = {
            "tokens": torch.ones_like(logp).sum(),
            "logp": logp.sum(),
            "k1": -gap.sum(),
            "k3": (ratio - 1.0 - gap).sum(),
            "abs_gap": gap.abs().sum(),
            "gapped": (gap.abs() > 1e-6).sum(),
            "ratio": ratio.sum(),
            "ratio_squared": ratio.square().sum(),
            "entropy": entropy_N.double().sum(),
            **counts,
        }
        zero = torch.zeros((), device=logp.device)
        self.sums += torch.stack([values.get(name, zero).double() for name in SUMS])
        newest = torch.stack([gap.abs().max(), ratio.max()])
        self.maxes = torch.maximum(self.maxes, newest)


def summarize(sums: torch.Tensor, maxes: torch.Tensor, *, sampled: bool) -> dict[str, float]:
    """Return the step's metrics from reduced sums; mismatch only where tokens were sampled.

    `k1` and `k3` estimate KL(behaviour || train) from the behaviour's own samples;
    `ess` is the effective share of tokens, (sum r)^2 / (n sum r^2).
    """
    total = dict(zip(SUMS, (float(value) for value in sums), strict=True))
    tokens = total["tokens"]
    if tokens == 0:
        return {"loss_tokens": 0.0}
    metrics = {
        "loss_tokens": tokens,
        "logp": total["logp"] / tokens,
        "entropy": total["entropy"] / tokens,
    }
    if not sampled:
        return metrics
    squared = total["ratio_squared"]
    return {
        **metrics,
        "kl_k1": total["k1"] / tokens,
        "kl_k3": total["k3"] / tokens,
        "logp_gap_mean": total["abs_gap"] / tokens,
        "logp_gap_share": total["gapped"] / tokens,
        "logp_gap_max": float(maxes[0]),
        "ratio_max": float(maxes[1]),
        "ess": total["ratio"] ** 2 / (tokens * squared) if squared else 0.0,
        "clip_low_share": total["clipped_low"] / tokens,
        "clip_high_share": total["clipped_high"] / tokens,
        "capped_share": total["capped"] / tokens,
    }

"""How far the sampling policy and the trained one are apart, as sums that ranks can add.

N = loss tokens of a micro-batch. Everything stays on the device until the step ends.
"""

import math

import torch

SUMS = (
    "tokens", "logp", "behaviour", "k1", "k3", "abs_gap", "gapped", "ratio", "ratio_squared",
    "entropy", "clipped_low", "clipped_high", "capped", "imbalance", "routed_rows",
)  # fmt: skip
"""Added over micro-batches and ranks."""
MAXES = ("abs_gap_max", "ratio_max")
"""Maximum over micro-batches and ranks."""
NUM_AGES = 5
"""Tokens are told apart by how many versions old they are: 0 to 3, and 4 or more."""
GAP_RANGE, NUM_BINS = 2.0, 800
"""Log-ratios are counted in bins of 0.005 from -2 to 2; what lies beyond is in the outermost."""


class Diagnostics:
    """Accumulates one optimizer step's measurements on one rank."""

    def __init__(self, device: torch.device) -> None:
        size = len(SUMS) + 2 * NUM_AGES + NUM_BINS
        self.sums = torch.zeros(size, dtype=torch.float64, device=device)
        self.maxes = torch.zeros(len(MAXES), dtype=torch.float64, device=device)

    @torch.no_grad()
    def add(
        self,
        logprobs_N: torch.Tensor,
        behaviour_N: torch.Tensor,
        entropy_N: torch.Tensor,
        counts: dict[str, torch.Tensor],
        ages_N: torch.Tensor | None = None,
    ) -> None:
        """Add one micro-batch; an empty one changes nothing."""
        if logprobs_N.numel() == 0:
            return
        logp = logprobs_N.detach().double()
        gap = (logp - behaviour_N.double()).clamp(-20.0, 20.0)
        ratio = gap.exp()
        k3 = ratio - 1.0 - gap
        values = {
            "tokens": torch.ones_like(logp).sum(),
            "logp": logp.sum(),
            "behaviour": behaviour_N.double().sum(),
            "k1": -gap.sum(),
            "k3": k3.sum(),
            "abs_gap": gap.abs().sum(),
            "gapped": (gap.abs() > 1e-6).sum(),
            "ratio": ratio.sum(),
            "ratio_squared": ratio.square().sum(),
            "entropy": entropy_N.double().sum(),
            **counts,
        }
        zero = torch.zeros((), device=logp.device)
        summed = torch.stack([values.get(name, zero).double() for name in SUMS])
        ages = torch.zeros_like(gap, dtype=torch.int64) if ages_N is None else ages_N
        self.sums += torch.cat([summed, _by_age(k3, ages), _binned(gap)])
        newest = torch.stack([gap.abs().max(), ratio.max()])
        self.maxes = torch.maximum(self.maxes, newest)


def _by_age(k3_N: torch.Tensor, ages_N: torch.Tensor) -> torch.Tensor:
    """Return tokens by age, and then their summed divergence by age."""
    ages = ages_N.clamp(0, NUM_AGES - 1)
    zeros = torch.zeros(NUM_AGES, dtype=torch.float64, device=k3_N.device)
    return torch.cat(
        [zeros.index_add(0, ages, torch.ones_like(k3_N)), zeros.index_add(0, ages, k3_N)]
    )


def _binned(gap_N: torch.Tensor) -> torch.Tensor:
    place = (gap_N + GAP_RANGE) * (NUM_BINS / (2.0 * GAP_RANGE))
    return torch.bincount(place.long().clamp(0, NUM_BINS - 1), minlength=NUM_BINS).double()


def _quantile(bins: torch.Tensor, share: float) -> float:
    """Return the ratio below which this share of tokens lies, to half a bin."""
    below = bins.cumsum(0)
    place = int(torch.searchsorted(below, share * below[-1]))
    return math.exp((min(place, NUM_BINS - 1) + 0.5) * (2.0 * GAP_RANGE / NUM_BINS) - GAP_RANGE)


def summarize(sums: torch.Tensor, maxes: torch.Tensor, *, sampled: bool) -> dict[str, float]:
    """Return the step's metrics from reduced sums; mismatch only where tokens were sampled.

    `k1` and `k3` estimate KL(behaviour || train) from the behaviour's own samples;
    `ess` is the effective share of tokens, (sum r)^2 / (n sum r^2).
    """
    known = len(SUMS)
    total = dict(zip(SUMS, (float(value) for value in sums[:known]), strict=True))
    tokens = total["tokens"]
    if tokens == 0:
        return {"loss_tokens": 0.0}
    entropy = total["entropy"] / tokens
    metrics = {
        "loss_tokens": tokens,
        "logp": total["logp"] / tokens,
        "perplexity": math.exp(min(20.0, -total["logp"] / tokens)),
        "entropy": entropy,
    }
    if total["routed_rows"]:
        metrics["expert_imbalance"] = total["imbalance"] / total["routed_rows"]
    if not sampled:
        return metrics
    squared, k3 = total["ratio_squared"], total["k3"] / tokens
    bins = sums[known + 2 * NUM_AGES :]
    return {
        **metrics,
        "rollout_perplexity": math.exp(min(20.0, -total["behaviour"] / tokens)),
        "kl_k1": total["k1"] / tokens,
        "kl_k3": k3,
        "kl_entropy_ratio": k3 / entropy if entropy else 0.0,
        "logp_gap_mean": total["abs_gap"] / tokens,
        "logp_gap_share": total["gapped"] / tokens,
        "logp_gap_max": float(maxes[0]),
        "ratio_p1": _quantile(bins, 0.01),
        "ratio_p99": _quantile(bins, 0.99),
        "ratio_max": float(maxes[1]),
        "ess": total["ratio"] ** 2 / (tokens * squared) if squared else 0.0,
        "clip_low_share": total["clipped_low"] / tokens,
        "clip_high_share": total["clipped_high"] / tokens,
        "capped_share": total["capped"] / tokens,
        **_divergence_by_age(sums[known : known + 2 * NUM_AGES]),
    }


def _divergence_by_age(sums: torch.Tensor) -> dict[str, float]:
    """Return each age's share of tokens and their divergence; ages without tokens say nothing."""
    counts, k3 = sums[:NUM_AGES].tolist(), sums[NUM_AGES:].tolist()
    told: dict[str, float] = {}
    for age, (count, divergence) in enumerate(zip(counts, k3, strict=True)):
        if count:
            told[f"stale_{age}_share"] = count / sum(counts)
            told[f"stale_{age}_kl_k3"] = divergence / count
    return told

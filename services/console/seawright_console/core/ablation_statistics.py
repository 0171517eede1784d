"""Figures of an ablation with intervals: seeds are resampled, and customers within each."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2
from typing import TypeVar

from seawright_console.core.ablation import FULL, Cell
from seawright_shared.records.base import Record
from seawright_shared.records.reports import Interval

S = TypeVar("S")
NUM_RESAMPLES = 2000
EXACT = 200
"""Counts up to here are drawn one by one; larger ones by the normal distribution."""
Clusters = list[tuple[int, int]]
"""Accepted and candidates of each customer."""


class ArmFigures(Record):
    """One row of the table."""

    arm: str
    num_seeds: int
    first_yield: Interval
    last_yield: Interval
    first_heldout: Interval
    last_heldout: Interval
    gain: Interval
    """Last less first, on customers never seen."""
    against_full: Interval | None
    """`last_heldout` less that of the full arm with the same seeds; None: that is the full arm."""
    num_accepted: float
    num_sequences: float
    num_cells: float
    entropy: float
    """Of the accepted over the coverage grid, in bits."""
    wrong_share: Interval
    """Of what the arm's own verification lets through: refused by the full one."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sampled:
    """One cell as what is resampled."""

    first: Clusters
    last: Clusters
    first_yield: tuple[int, int]
    last_yield: tuple[int, int]
    wrong: tuple[int, int]


def arm_figures(cells: Sequence[Cell], *, seed: int = 0) -> list[ArmFigures]:
    """Return each arm's row, in the order in which arms come first."""
    by_arm: dict[str, list[Cell]] = {}
    for cell in cells:
        by_arm.setdefault(cell.arm, []).append(cell)
    full = {cell.seed: _sampled(cell) for cell in by_arm.get(FULL, [])}
    return [_figures(arm, found, full, seed) for arm, found in by_arm.items()]


def _figures(arm: str, cells: Sequence[Cell], full: dict[int, _Sampled], seed: int) -> ArmFigures:
    samples = [_sampled(cell) for cell in cells]
    pairs = [
        (sample, full[cell.seed])
        for cell, sample in zip(cells, samples, strict=True)
        if cell.seed in full
    ]

    def of(statistic: Callable[[_Sampled, random.Random | None], float]) -> Interval:
        return _interval(samples, statistic, seed)

    return ArmFigures(
        arm=arm,
        num_seeds=len(cells),
        first_yield=of(lambda one, draw: _binomial(one.first_yield, draw)),
        last_yield=of(lambda one, draw: _binomial(one.last_yield, draw)),
        first_heldout=of(lambda one, draw: _share(one.first, draw)),
        last_heldout=of(lambda one, draw: _share(one.last, draw)),
        gain=of(lambda one, draw: _share(one.last, draw) - _share(one.first, draw)),
        against_full=None
        if arm == FULL or not pairs
        else _interval(
            pairs, lambda two, draw: _share(two[0].last, draw) - _share(two[1].last, draw), seed
        ),
        num_accepted=_mean([cell.num_accepted for cell in cells]),
        num_sequences=_mean([cell.num_sequences for cell in cells]),
        num_cells=_mean([len(cell.cells) for cell in cells]),
        entropy=_mean([entropy(list(cell.cells.values())) for cell in cells]),
        wrong_share=of(lambda one, draw: _binomial(one.wrong, draw)),
        seconds=_mean([cell.seconds for cell in cells]),
    )


def entropy(counts: Sequence[int]) -> float:
    """Return the Shannon entropy, in bits, of a distribution given by counts."""
    total = sum(counts)
    return -sum(count / total * log2(count / total) for count in counts if count > 0)


def clusters(accepted: Sequence[bool], customers: Sequence[str]) -> Clusters:
    """Return what became of each customer's candidates; one without a customer is on its own."""
    found: dict[str, list[bool]] = defaultdict(list)
    for at, (is_accepted, customer) in enumerate(zip(accepted, customers, strict=True)):
        found[customer or f"nobody {at}"].append(is_accepted)
    return [(sum(group), len(group)) for group in found.values()]


def _sampled(cell: Cell) -> _Sampled:
    return _Sampled(
        first=clusters(cell.first_accepted, cell.first_customers),
        last=clusters(cell.last_accepted, cell.last_customers),
        first_yield=cell.yields[0] if cell.yields else (0, 0),
        last_yield=cell.yields[-1] if cell.yields else (0, 0),
        wrong=(cell.num_wrong, cell.num_let_through),
    )


def _interval(
    samples: Sequence[S], statistic: Callable[[S, random.Random | None], float], seed: int
) -> Interval:
    """Return the mean over seeds, with its 95 % interval by resampling seeds, then within each."""
    draw = random.Random(seed)  # noqa: S311 - statistics, not secrets
    drawn = sorted(
        _mean([statistic(one, draw) for one in draw.choices(samples, k=len(samples))])
        for _ in range(NUM_RESAMPLES)
    )
    return Interval(
        value=_mean([statistic(one, None) for one in samples]),
        low=drawn[int(0.025 * (NUM_RESAMPLES - 1))],
        high=drawn[round(0.975 * (NUM_RESAMPLES - 1))],
    )


def _share(found: Clusters, draw: random.Random | None) -> float:
    """Return accepted over candidates; with `draw`, of customers drawn with replacement."""
    chosen = found if draw is None or not found else draw.choices(found, k=len(found))
    return sum(good for good, _ in chosen) / max(1, sum(num for _, num in chosen))


def _binomial(counted: tuple[int, int], draw: random.Random | None) -> float:
    """Return the share; with `draw`, of as many drawn with replacement."""
    good, num = counted
    if draw is None or num == 0:
        return good / max(1, num)
    share = good / num
    if num > EXACT:
        return min(1.0, max(0.0, draw.gauss(share, (share * (1 - share) / num) ** 0.5)))
    return sum(draw.random() < share for _ in range(num)) / num


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))

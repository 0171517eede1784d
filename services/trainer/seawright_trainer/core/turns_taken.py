"""Turns taken in proportion to weights, as evenly as whole turns allow: Webster's method.

The k-th turn of a party of weight w is due at (k + 1/2) / w; turns are taken in that order. So
after any number of turns nobody is more than about one turn away from his share, and where any
turn stands can be told without playing those before it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is, and how many he had before."""

    of: int
    before: int


def turns_taken(weights: Sequence[float], *, first: int, num: int) -> list[Turn]:
    """Return turns `first` to `first + num` of an endless order, counted from 0."""
    total = sum(weights)
    shares = [weight / total for weight in weights]
    # Until time t all parties together had t turns, to within half a turn each.
    slack = len(shares) / 2 + 1
    begins = [max(0, math.ceil(share * (first - slack) - 0.5)) for share in shares]
    ends = [math.ceil(share * (first + num + slack) - 0.5) + 1 for share in shares]
    due = sorted(
        ((before + 0.5) / share, of, before)
        for of, share in enumerate(shares)
        for before in range(begins[of], ends[of])
    )
    skipped = first - sum(begins)
    return [Turn(of=of, before=before) for _, of, before in due[skipped : skipped + num]]

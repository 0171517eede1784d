"""Rows of a benchmark: what was measured here, the peer's cost, and the target."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation, in seconds. None: there is no peer, or no target."""

    name: str
    seconds: float
    p90_seconds: float | None = None
    peer_seconds: float | None = None
    peer_source: str = ""
    growth: float | None = None
    """How many times dearer it is than the cheapest size, where sizes are compared."""
    min_ratio: float | None = None
    max_seconds: float | None = None
    max_growth: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster it is here."""
        return None if self.peer_seconds is None else self.peer_seconds / self.seconds

    @property
    def target(self) -> str:
        """What it should be, in words; empty: nothing."""
        parts = [
            None if self.min_ratio is None else f">= {self.min_ratio:g}x",
            None if self.max_seconds is None else f"< {self.max_seconds:g} s",
            None if self.max_growth is None else f"<= {self.max_growth:g}x the cheapest",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def is_met(self) -> bool | None:
        """Whether every target is met; None: there is none."""
        met: list[bool] = []
        if self.min_ratio is not None:
            met.append(self.ratio is not None and self.ratio >= self.min_ratio)
        if self.max_seconds is not None:
            met.append(self.seconds < self.max_seconds)
        if self.max_growth is not None:
            met.append(self.growth is not None and self.growth <= self.max_growth)
        return all(met) if met else None

    def as_json(self) -> dict[str, float | str | bool]:
        """Return the figures that there are."""
        found: dict[str, float | str | bool | None] = {
            "seconds": rounded(self.seconds),
            "p90_seconds": rounded(self.p90_seconds),
            "peer_seconds": rounded(self.peer_seconds),
            "peer_source": self.peer_source or None,
            "ratio": None if self.ratio is None else round(self.ratio, 1),
            "growth": None if self.growth is None else round(self.growth, 2),
            "target": self.target or None,
            "is_met": self.is_met,
        }
        return {key: value for key, value in found.items() if value is not None}


def rounded(value: float | None) -> float | None:
    """Return four significant digits."""
    return None if value is None else float(f"{value:.4g}")


def table_of(rows: Sequence[Row]) -> str:
    """Return the rows as a text table."""
    heads = f"{'p90':>10} {'tau2-bench':>11} {'ratio':>10}  {'target':18} met"
    lines = [f"{'medians':58} {'here':>10} {heads}"]
    for row in rows:
        ratio = _times(row.growth if row.growth is not None else row.ratio)
        met = {None: "none", True: "yes", False: "no"}[row.is_met]
        costs = (
            f"{_time(row.seconds):>10} {_time(row.p90_seconds):>10} {_time(row.peer_seconds):>11}"
        )
        lines.append(f"{row.name:58} {costs} {ratio:>10}  {row.target:18} {met}")
    return "\n".join(lines) + "\n"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} us"
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _times(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.2f}x"

"""Axes of charts: round ticks, and the place of a value in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Maps [low, high] to [start, end] pixels."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Return the pixel of a value; a range of no width maps to the middle."""
        if self.high <= self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def axis_over(
    values: Sequence[float], start: float, end: float, *, whole: bool = False, num_ticks: int = 6
) -> Axis:
    """Return an axis that holds all values between round ticks; `whole` has whole ticks only."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high <= low:
        low, high = (low - 0.5, low + 0.5) if not whole else (low - 1, low + 1)
    step = tick_step((high - low) / num_ticks)
    if whole:
        step = max(1.0, float(ceil(step)))
        first = ceil(low / step)
        ticks = tuple(step * n for n in range(first, floor(high / step) + 1))
        return Axis(low=low, high=high, start=start, end=end, ticks=ticks)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    ticks = tuple(step * n for n in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks)


def tick_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least `rough`."""
    power = 10.0 ** floor(log10(rough))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))


def counted(num_columns: int, num_ticks: int = 12) -> list[int]:
    """Return about `num_ticks` whole numbers from 0 to `num_columns`."""
    step = max(1, ceil(num_columns / num_ticks))
    return list(range(0, num_columns + 1, step))


def plain(value: float) -> str:
    """Return a number without needless digits, as in 0.2, 3, 1200."""
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"

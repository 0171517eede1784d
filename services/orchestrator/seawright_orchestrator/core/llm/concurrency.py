"""How many calls may be under way at once: fewer when the endpoint suffers, more when it does not."""

from dataclasses import dataclass

DECREASE = 0.75
FIRST = 4.0


@dataclass(slots=True, kw_only=True)
class Window:
    """Additive increase, multiplicative decrease.

    A refused or slow call cuts the window to three quarters; calls that were sent before the last
    cut do not cut it again. Each whole window of good calls widens it by one.
    """

    most: int
    size: float = FIRST
    num_cuts: int = 0
    _num_good: int = 0

    def __post_init__(self) -> None:
        self.size = min(self.size, float(self.most))

    @property
    def num_allowed(self) -> int:
        """Calls that may be under way now."""
        return max(1, int(self.size))

    def good(self) -> None:
        """Count a call that was answered in time."""
        self._num_good += 1
        if self._num_good >= self.num_allowed:
            self._num_good = 0
            self.size = min(float(self.most), self.size + 1.0)

    def bad(self, num_cuts_when_sent: int) -> None:
        """Cut the window, unless it was cut since the call was sent."""
        if num_cuts_when_sent == self.num_cuts:
            self.size = max(1.0, self.size * DECREASE)
            self.num_cuts += 1
            self._num_good = 0

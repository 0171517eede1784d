"""Where a step's seconds go, by stage: the bars of its waterfall."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

PREFIX = "seconds_"
"""What the metrics' names begin with, as in `seconds_forward`."""


@dataclass(slots=True, kw_only=True)
class Waterfall:
    """Adds up the time of each stage. Stages follow each other; they do not overlap."""

    clock: Callable[[], float]
    settle: Callable[[], None] = lambda: None
    """Waits for what the device was told to do, so that a stage pays for its own work."""
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count the time until the end of the block to a stage, also where it fails."""
        began = self.clock()
        try:
            yield
            self.settle()
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.clock() - began

    def metrics(self) -> dict[str, float]:
        """Return the seconds by metric name, and forget them."""
        told = {PREFIX + name: seconds for name, seconds in self.seconds.items()}
        self.seconds = {}
        return told

"""Where an episode's time goes: each wait is counted to what was waited for."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from seawright_shared.records.trajectories import StageSeconds

Stage = Literal["waiting", "policy", "user", "environment", "verification", "storage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Seconds by stage, as they add up."""

    clock: Callable[[], float]
    spent: dict[Stage, float] = field(default_factory=dict[Stage, float])

    @contextmanager
    def timed(self, stage: Stage) -> Generator[None]:
        """Count what happens in the block to a stage, whether it ends well or not."""
        began = self.clock()
        try:
            yield
        finally:
            self.add(stage, self.clock() - began)

    def add(self, stage: Stage, seconds: float) -> None:
        """Count seconds to a stage."""
        self.spent[stage] = self.spent.get(stage, 0.0) + seconds

    def record(self) -> StageSeconds:
        """Return the sums as they are kept."""
        rounded = {stage: round(seconds, 4) for stage, seconds in self.spent.items()}
        return StageSeconds(
            waiting=rounded.get("waiting", 0.0),
            policy=rounded.get("policy", 0.0),
            user=rounded.get("user", 0.0),
            environment=rounded.get("environment", 0.0),
            verification=rounded.get("verification", 0.0),
            storage=rounded.get("storage", 0.0),
        )

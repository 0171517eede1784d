"""Which checkpoints outlive newer ones."""

from collections.abc import Collection
from dataclasses import dataclass

from seawright_shared.records.specs import TrainingSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many of the newest are kept, and which others."""

    newest: int
    every: int | None = None
    """Steps divisible by it are kept, too."""
    promoted: frozenset[int] = frozenset()

    def kept(self, steps: Collection[int]) -> set[int]:
        """Return the steps whose checkpoints stay; the newest always does."""
        newest = set(sorted(steps)[-self.newest :])
        regular = {step for step in steps if self.every is not None and step % self.every == 0}
        return newest | regular | (self.promoted & set(steps))


def retention_of(
    spec: TrainingSpec, *, newest: int, promoted: Collection[int] = frozenset()
) -> Retention:
    """Return what a run keeps; `newest` is the deployment's number, for specs that give none."""
    wanted = spec.retention
    return Retention(
        newest=newest if wanted.newest is None else wanted.newest,
        every=wanted.every,
        promoted=frozenset(promoted),
    )

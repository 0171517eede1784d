"""Ambiguity, computed: all the things that fit what a customer says, and not only the one meant."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A phrase of the customer's, and everything that it can mean."""

    kind: str
    """What is spoken of, as in `orders have that status`."""
    meant: str
    fitting: tuple[str, ...]
    """Ids of all that fit, in order."""

    @property
    def is_clear(self) -> bool:
        """Whether the phrase means what is meant, and nothing else."""
        return self.fitting == (self.meant,)


def reading(
    kind: str,
    meant: str,
    candidates: Iterable[T],
    told: Sequence[Callable[[T], bool]],
    name_of: Callable[[T], str],
) -> Reading:
    """Return all candidates of which everything is true that the customer tells."""
    fitting = tuple(name_of(one) for one in candidates if all(fact(one) for fact in told))
    return Reading(kind=kind, meant=meant, fitting=fitting)


def ambiguity_of(readings: Iterable[Reading]) -> str | None:
    """Say of the first phrase that is not clear how much fits it; None where all are clear."""
    for one in readings:
        if not one.is_clear:
            return f"{one.kind}: {len(one.fitting)} fit"
    return None

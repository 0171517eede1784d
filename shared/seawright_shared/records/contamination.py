"""What a benchmark's tasks name, and how a set of tasks overlaps them."""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import JsonValue

from seawright_shared.records.base import Record
from seawright_shared.records.tasks import Task

OverlapKind = Literal["exact", "names", "calls", "ngrams"]
"""exact: the same task; names: a person or thing of one customer; calls: the same tool on the
same one; ngrams: the same words."""

NAMING_ARGUMENTS = ("user_id", "customer_id", "order_id", "reservation_id", "line_id")
"""Arguments whose values are entities of one customer; goods and flights belong to all."""


def benchmark_names(tasks: Iterable[Task]) -> frozenset[str]:
    """Return the people and orders that a benchmark's tasks name."""
    return frozenset(name for task in tasks for name in names_of(task))


def names_of(task: Task) -> Iterator[str]:
    """Yield the people and orders that one task names: its customer, and those of its gold."""
    if task.customer_id is not None:
        yield task.customer_id
    for action in task.golden_actions:
        for argument in NAMING_ARGUMENTS:
            value = action.arguments.get(argument)
            if isinstance(value, str):
                yield value


def strings_in(value: JsonValue) -> Iterator[str]:
    """Yield every string of a JSON value; keys are not values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings_in(item)


class Overlap(Record):
    """One foreign task that resembles tasks of a benchmark's split."""

    foreign_id: str
    index: int
    """Position among the foreign tasks: their ids need not be unique."""
    benchmark_ids: list[str]
    evidence: list[str]
    """What they share: names, tool calls, or the share of n-grams."""


class KindOfOverlap(Record):
    """All overlaps of one kind with one split."""

    kind: OverlapKind
    split: str
    num_tasks: int
    """Foreign tasks that overlap."""
    num_benchmark_tasks: int
    """Benchmark tasks that are overlapped."""
    overlaps: list[Overlap]


class ContaminationReport(Record):
    """How a set of tasks overlaps a benchmark's, per kind and split."""

    domain: str
    num_tasks: int
    num_benchmark_tasks: dict[str, int]
    """By split."""
    kinds: list[KindOfOverlap]
    num_contaminated: int
    """Foreign tasks with an overlap of any kind with any split."""
    clean_indices: list[int]
    """Positions of the foreign tasks without any overlap."""

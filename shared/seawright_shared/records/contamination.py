"""What a benchmark's tasks name: the people and things that no training task may name."""

from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from seawright_shared.records.tasks import Task

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

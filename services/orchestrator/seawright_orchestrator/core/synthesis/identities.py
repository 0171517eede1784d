"""What makes two drafts the same wish, a task a sequence, and a draft contaminated."""

from collections.abc import Iterable

from pydantic import JsonValue

from seawright_shared.records.base import content_hash
from seawright_shared.records.tasks import Draft, Task

NAMING_ARGUMENTS = ("user_id", "customer_id", "order_id", "reservation_id", "line_id")
"""Arguments whose values are entities of one customer; goods and flights belong to all."""


def draft_key(draft: Draft) -> str:
    """Return a hash of who wants what, whatever the wording: duplicates share it."""
    goals: list[JsonValue] = [
        {"type": goal.type, "entity": goal.entity, "arguments": dict(goal.arguments)}
        for goal in draft.goals
    ]
    whole: JsonValue = {
        "database": draft.database.model_dump(mode="json"),
        "customer": draft.customer_id,
        "goals": goals,
    }
    return content_hash(whole)


def sequence(task: Task) -> tuple[str, ...]:
    """Return the tools that a right agent calls, in order: the task's signature."""
    if task.solution is None:
        return tuple(action.name for action in task.golden_actions)
    calls = list(task.solution.identify)
    for step in task.solution.steps:
        calls += [*step.reads, *step.writes]
    return tuple(call.name for call in calls)


def benchmark_names(tasks: Iterable[Task]) -> frozenset[str]:
    """Return the people and orders that a benchmark's tasks name: no draft may name them."""
    names: set[str] = set()
    for task in tasks:
        if task.customer_id is not None:
            names.add(task.customer_id)
        for action in task.golden_actions:
            found = (action.arguments.get(argument) for argument in NAMING_ARGUMENTS)
            names.update(value for value in found if isinstance(value, str))
    return frozenset(names)


def names_forbidden(made: Draft | Task, forbidden: frozenset[str]) -> str | None:
    """Return the first forbidden id that a draft or task holds anywhere, if any.

    A task holds more than its draft: a right agent may read other orders of the customer.
    """
    if not forbidden:
        return None
    whole: JsonValue = made.model_dump(mode="json")
    return next((text for text in _strings(whole) if text in forbidden), None)


def _strings(value: JsonValue) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)

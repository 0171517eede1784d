"""What makes two drafts the same wish, a task a sequence, and a draft contaminated."""

from pydantic import JsonValue

from seawright_shared.records.base import content_hash
from seawright_shared.records.contamination import strings_in
from seawright_shared.records.tasks import Draft, Task


def draft_key(draft: Draft) -> str:
    """Return a hash of who wants what, whatever the wording: duplicates share it."""
    goals: list[JsonValue] = [
        {"type": goal.type, "entity": goal.entity, "arguments": dict(goal.arguments)}
        for goal in draft.goals
    ]
    whole: dict[str, JsonValue] = {
        "database": draft.database.model_dump(mode="json"),
        "customer": draft.customer_id,
        "goals": goals,
    }
    if draft.initial_patch:
        # The same words on another state are another wish: halves of a contrast pair.
        whole["start"] = [change.model_dump(mode="json") for change in draft.initial_patch]
    return content_hash(whole)


def sequence(task: Task) -> tuple[str, ...]:
    """Return the tools that are called in a right episode, in order: the task's signature."""
    if task.solution is None:
        return tuple(action.name for action in task.golden_actions)
    calls = [call.name for call in task.solution.identify]
    for step in task.solution.steps:
        calls += [call.name for call in step.reads]
        calls += [guidance.deed.name for guidance in step.guidance]
        calls += [call.name for call in step.writes]
    return tuple(calls)


def names_forbidden(made: Draft | Task, forbidden: frozenset[str]) -> str | None:
    """Return the first forbidden id that a draft or task holds anywhere, if any.

    A task holds more than its draft: a right agent may read other orders of the customer.
    """
    if not forbidden:
        return None
    whole: JsonValue = made.model_dump(mode="json")
    return next((text for text in strings_in(whole) if text in forbidden), None)

"""Tasks that ask for the same in other words: a set holds each of them once."""

from collections.abc import Sequence

from pydantic import JsonValue

from seawright_orchestrator.core.task_index import customer_key
from seawright_shared.records.base import content_hash
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import GoldenAction, Task


def structure_key(task: Task) -> str:
    """Return a hash of who wants what from which start, whatever the words and the manner.

    Halves of a contrast pair differ in their start and so in their key.
    """
    whole: dict[str, JsonValue] = {
        "customer": customer_key(task),
        "goals": [*task.goal_types],
        "outcome": task.outcome,
        "gold": [_action(action) for action in task.golden_actions],
        "looked_up": [_call(call) for call in _reads(task)],
        "checker": None if task.checker is None else task.checker.model_dump(mode="json"),
        "start": [change.model_dump(mode="json") for change in task.initial_patch],
        "calls": [call.model_dump(mode="json") for call in task.initial_calls],
    }
    return content_hash(whole)


def bonds_of(task: Task) -> list[str]:
    """Return what ties a task to others: its customer, and its contrast pair."""
    return [f"customer {customer_key(task)}", *([] if task.pair is None else [f"pair {task.pair}"])]


def bound(bonds: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return positions that share bonds, directly or through others, in order of the first.

    They must stay on one side of a split.
    """
    parents = list(range(len(bonds)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[str, int] = {}
    for index, keys in enumerate(bonds):
        for key in keys:
            one, other = root(index), root(first.setdefault(key, index))
            parents[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for index in range(len(bonds)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def _action(action: GoldenAction) -> JsonValue:
    return {"by": action.requestor, "name": action.name, "arguments": dict(action.arguments)}


def _call(call: ToolCall) -> JsonValue:
    return {"name": call.name, "arguments": dict(call.arguments)}


def _reads(task: Task) -> list[ToolCall]:
    """Return what a right agent looks up for the wishes: refusals differ by nothing else."""
    if task.solution is None:
        return []
    return [call for step in task.solution.steps for call in step.reads]

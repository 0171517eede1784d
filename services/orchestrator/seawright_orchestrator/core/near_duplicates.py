"""Tasks that ask for the same in other words: a set holds each of them once."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

from pydantic import JsonValue

from seawright_orchestrator.core.task_index import customer_key
from seawright_shared.records.base import content_hash
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import GoldenAction, Task

T = TypeVar("T", bound=Hashable)


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


def groups_of(tasks: Sequence[Task]) -> list[list[int]]:
    """Return positions of tasks that must stay on one side of a split, in order of the first.

    Tasks stay together that are about one customer or are halves of one pair.
    """
    parents = list(range(len(tasks)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[str, int] = {}
    for index, task in enumerate(tasks):
        keys = [f"customer {customer_key(task)}"]
        keys += [] if task.pair is None else [f"pair {task.pair}"]
        for key in keys:
            other = root(first.setdefault(key, index))
            parents[max(other, root(index))] = min(other, root(index))
    groups: dict[int, list[int]] = {}
    for index in range(len(tasks)):
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

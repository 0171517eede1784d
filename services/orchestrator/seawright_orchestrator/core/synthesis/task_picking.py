"""Picking a balanced sample of tasks from more than are wanted."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from seawright_orchestrator.core.synthesis.identities import sequence
from seawright_shared.records.tasks import Task


def picked(
    tasks: Sequence[Task], num: int, *, balanced: bool, max_per_signature: int | None
) -> list[Task]:
    """Return at most `num` tasks in a stable order.

    `balanced` takes goal types (of the first goal) in turn; `max_per_signature` bounds how many
    share one sequence of tool names.
    """
    allowed = _thinned(tasks, max_per_signature)
    if not balanced:
        return allowed[:num]
    queues: dict[str, list[Task]] = defaultdict(list)
    for task in allowed:
        queues[task.goal_types[0] if task.goal_types else ""].append(task)
    result: list[Task] = []
    while queues and len(result) < num:
        for goal in sorted(queues):
            result.append(queues[goal].pop(0))
            if not queues[goal]:
                del queues[goal]
    return result[:num]


def _thinned(tasks: Sequence[Task], most: int | None) -> list[Task]:
    if most is None:
        return list(tasks)
    seen: Counter[tuple[str, ...]] = Counter()
    kept: list[Task] = []
    for task in tasks:
        seen[sequence(task)] += 1
        if seen[sequence(task)] <= most:
            kept.append(task)
    return kept

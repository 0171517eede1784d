"""Which tools a right episode of a task calls, in order."""

from seawright_shared.records.tasks import Task


def signature(task: Task) -> tuple[str, ...]:
    """Return the names of the calls of both parties, reads included, in the solution's order."""
    if task.solution is None:
        return tuple(action.name for action in task.golden_actions)
    names = [call.name for call in task.solution.identify]
    for step in task.solution.steps:
        names += [call.name for call in step.reads]
        names += [guidance.deed.name for guidance in step.guidance]
        names += [call.name for call in step.writes]
    return tuple(names)

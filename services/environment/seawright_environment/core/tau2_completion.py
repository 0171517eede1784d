"""tau2-bench's task documents as whole tasks: what gold changes is found by running it."""

from dataclasses import dataclass

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_documents import (
    Tau2Criteria,
    import_task,
    read_document,
    with_id,
)
from seawright_environment.core.tau2_evaluation import run_gold
from seawright_environment.core.world import Base
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAction:
    """A golden action that the tools refuse; tau2-bench's evaluation passes it over."""

    action_id: str
    name: str
    error: str


def completed_task(
    base: Base, document: JsonObject, ref: DatabaseRef, pointer: str = "/task/tau2"
) -> Task:
    """Return the task with the patch of its gold; refused golden actions are passed over."""
    task = import_task(document, ref, pointer)
    gold = run_gold(base, read_document(document, pointer)).diff()
    known = {
        "final_patch": gold,
        "outcome": "fulfil" if gold else "info",
        "noop_passable": not gold,
    }
    return with_id(task.model_copy(update=known))


def refused_gold(base: Base, document: JsonObject) -> list[RefusedAction]:
    """Return the golden actions that the tools refuse, run in order from the task's start."""
    read = read_document(document)
    criteria = read.evaluation_criteria or Tau2Criteria()
    # Gold without its actions ends where the actions begin.
    bare = read.model_copy(update={"evaluation_criteria": None})
    world = run_gold(base, bare)
    refused: list[RefusedAction] = []
    for action in criteria.actions or ():
        result = world.call(action.requestor, action.name, action.arguments)
        if result.error:
            refused.append(
                RefusedAction(action_id=action.action_id, name=action.name, error=result.content)
            )
    return refused

"""tau2-bench's task documents as whole tasks: what gold changes is found by running it."""

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_documents import import_task, read_document, with_id
from seawright_environment.core.tau2_evaluation import run_gold
from seawright_environment.core.world import Base
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task


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

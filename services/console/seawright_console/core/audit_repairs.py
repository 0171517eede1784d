"""A task set with the repairs that an audit suggests and that change no task's meaning."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_shared.records.audits import AuditedTask, AuditReport
from seawright_shared.records.json_patches import JsonPatchOp, apply_patch

HARMLESS = frozenset(
    {
        "info-never-met",
        "read-refused",
        "unknown-tool",
        "write-refused",
        "write-without-effect",
    }
)
"""Classes whose repair takes out what does nothing, or spells what could never be met.

Other repairs, as another reward basis, decide what a task asks for: a person chooses them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A repaired set."""

    tasks: list[JsonValue]
    num_repairs: int


def repaired(tasks: Sequence[JsonValue], report: AuditReport) -> Repaired:
    """Return a copy of the audited set with its harmless repairs."""
    mended = deepcopy(list(tasks))
    num_repairs = 0
    for task in report.tasks:
        operations = _in_order(task)
        apply_patch(mended, operations)
        num_repairs += len(operations)
    return Repaired(tasks=mended, num_repairs=num_repairs)


def _in_order(task: AuditedTask) -> list[JsonPatchOp]:
    """Return a task's operations, each once; what is taken out goes last place first."""
    found = [
        operation
        for finding in task.findings
        if finding.patch and finding.code in HARMLESS
        for operation in finding.patch.operations
    ]
    unique = list({operation.model_dump_json(): operation for operation in found}.values())
    removed = [operation for operation in unique if operation.op == "remove"]
    kept = [operation for operation in unique if operation.op != "remove"]
    return kept + sorted(removed, key=_last_index, reverse=True)


def _last_index(operation: JsonPatchOp) -> int:
    return int(operation.path.rpartition("/")[2])

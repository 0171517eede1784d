from typing import Any

from seawright_console.core.audit_repairs import repaired
from seawright_shared.records.audits import AuditedTask, AuditFinding, AuditPatch, AuditReport
from seawright_shared.records.json_patches import JsonPatchOp

ACTIONS = "/1/evaluation_criteria/actions"


def finding(code: str, *operations: JsonPatchOp) -> AuditFinding:
    return AuditFinding(
        code=code,
        severity="error",
        pointer="/1",
        detail="",
        patch=AuditPatch(operations=list(operations), effect=""),
    )


def report(*findings: AuditFinding) -> AuditReport:
    return AuditReport(
        domain="retail",
        database=None,
        tasks_hash="",
        num_tasks=2,
        num_audited=2,
        codes=[],
        agents=[],
        num_default_basis=0,
        kills=[],
        num_gold_failing=0,
        set_findings=[],
        tasks=[AuditedTask(index=1, task_id="b", is_audited=True, findings=list(findings))],
    )


def tasks() -> list[Any]:
    return [{"id": "a"}, {"id": "b", "evaluation_criteria": {"actions": ["x", "y", "z"]}}]


def remove(index: int) -> JsonPatchOp:
    return JsonPatchOp(op="remove", path=f"{ACTIONS}/{index}")


def test_several_actions_are_taken_out_of_one_list_by_their_own_places():
    first = finding("write-refused", remove(0))
    second = finding("read-refused", remove(2))
    mended = repaired(tasks(), report(first, second))
    assert mended.tasks[1]["evaluation_criteria"]["actions"] == ["y"]  # pyright: ignore
    assert mended.num_repairs == 2


def test_one_action_with_two_findings_is_taken_out_once():
    mended = repaired(
        tasks(), report(finding("write-refused", remove(1)), finding("unknown-tool", remove(1)))
    )
    assert mended.num_repairs == 1
    assert mended.tasks[1]["evaluation_criteria"]["actions"] == ["x", "z"]  # pyright: ignore


def test_what_changes_a_tasks_meaning_is_left_to_a_person_and_the_set_itself_is_left_alone():
    own = tasks()
    basis = JsonPatchOp(op="add", path="/1/evaluation_criteria/reward_basis", value=["ACTION"])
    mended = repaired(
        own, report(finding("noop-passes", basis), finding("read-refused", remove(0)))
    )
    assert mended.num_repairs == 1
    assert "reward_basis" not in str(mended.tasks)
    assert own == tasks()

"""Repairs: what would mend a finding, suggested only where trying it showed that it does."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue, TypeAdapter

from seawright_environment.core.audits.agents import transfer_call
from seawright_environment.core.audits.subjects import Subject
from seawright_environment.core.json_values import copied
from seawright_environment.core.patches import diff_states
from seawright_environment.core.tau2_documents import Tau2Document
from seawright_shared.records.audits import AuditFinding, AuditPatch
from seawright_shared.records.json_patches import JsonPatchOp, apply_patch
from seawright_shared.records.tasks import EnvironmentCall

CRITERIA = "evaluation_criteria"
_OBJECT = TypeAdapter(dict[str, JsonValue])


def with_repair(subject: Subject, finding: AuditFinding) -> AuditFinding:
    """Return the finding with a repair, where one was tried and holds."""
    suggest = REPAIRS.get(finding.code)
    patch = suggest(subject, finding) if suggest else None
    return finding.model_copy(update={"patch": patch}) if patch else finding


def _drop_action(subject: Subject, finding: AuditFinding) -> AuditPatch | None:
    """Take out an action that is passed over anyway: gold must stay what it was."""
    index = int(finding.pointer.rpartition("/")[2])
    operation = JsonPatchOp(op="remove", path=finding.pointer)
    calls = [call for place, call in enumerate(subject.calls) if place != index]
    episode = subject.play_as(_patched(subject, operation), calls, subject.said)
    is_same = not diff_states(subject.gold.state, episode.world.state)
    if episode.is_rewarded and is_same:
        effect = "gold's final state stays what it is, and gold is rewarded"
        return AuditPatch(operations=[operation], effect=effect)
    return None


def _without_comma(subject: Subject, finding: AuditFinding) -> AuditPatch | None:
    index = int(finding.pointer.rpartition("/")[2])
    text = (subject.criteria.communicate_info or [])[index].replace(",", "")
    operation = JsonPatchOp(op="replace", path=finding.pointer, value=text)
    parts = _patched(subject, operation)
    met = subject.play_as(parts, subject.calls, subject.said).evaluation.communicate_met or ()
    if len(met) > index and met[index]:
        return AuditPatch(operations=[operation], effect="an agent that says it is heard")
    return None


def _with_action(subject: Subject, finding: AuditFinding) -> AuditPatch | None:
    """Score the actions too: the agent that ignores the task must fail, and gold must pass."""
    if not subject.steps or "ACTION" in subject.criteria.reward_basis:
        return None
    operation = _added_to_basis(subject, "ACTION")
    parts = _patched(subject, operation)
    ignoring: list[EnvironmentCall] = []
    away = transfer_call(subject.base.content)
    if finding.code == "transfer-passes" and away is not None:
        ignoring = [away]
    if subject.play_as(parts, ignoring, None).is_rewarded:
        return None
    if not subject.play_as(parts, subject.calls, subject.said).is_rewarded:
        return None
    effect = "that agent fails and gold passes; the agent must then make every call of gold"
    return AuditPatch(operations=[operation], effect=effect)


def _with_transfer(subject: Subject, finding: AuditFinding) -> AuditPatch | None:
    """Score the transfer, in whatever words its summary is."""
    index = int(finding.pointer.rpartition("/")[2])
    where = f"{finding.pointer}/compare_args"
    operations = (
        JsonPatchOp(op="add", path=where, value=[]),
        _added_to_basis(subject, "ACTION"),
    )
    parts = _patched(subject, *operations)
    without = [call for place, call in enumerate(subject.calls) if place != index]
    if subject.play_as(parts, without, subject.said).is_rewarded:
        return None
    if not subject.play_as(parts, subject.calls, subject.said).is_rewarded:
        return None
    effect = "gold passes, and gold without the transfer fails; other calls of gold count too"
    return AuditPatch(operations=list(operations), effect=effect)


def _with_state(subject: Subject, finding: AuditFinding) -> AuditPatch | None:
    """Compare the final state too, where gold's own episode ends in it."""
    del finding
    operation = _added_to_basis(subject, "DB")
    parts = _patched(subject, operation)
    if not subject.play_as(parts, subject.calls, subject.said).is_rewarded:
        return None
    effect = "gold is rewarded when its final state counts; no other change of state is"
    return AuditPatch(operations=[operation], effect=effect)


def _added_to_basis(subject: Subject, component: str) -> JsonPatchOp:
    criteria = subject.document.get(CRITERIA)
    where = subject.pointer(CRITERIA, "reward_basis")
    if isinstance(criteria, dict) and "reward_basis" in criteria:
        return JsonPatchOp(op="add", path=f"{where}/-", value=component)
    basis: list[JsonValue] = [*subject.criteria.reward_basis, component]
    return JsonPatchOp(op="add", path=where, value=basis)


def _patched(subject: Subject, *operations: JsonPatchOp) -> Tau2Document:
    tasks: list[JsonValue] = [None] * subject.index + [copied(subject.document)]
    apply_patch(tasks, operations)
    return Tau2Document.model_validate(_OBJECT.validate_python(tasks[subject.index]))


REPAIRS: Mapping[str, Callable[[Subject, AuditFinding], AuditPatch | None]] = {
    "write-refused": _drop_action,
    "read-refused": _drop_action,
    "write-without-effect": _drop_action,
    "unknown-tool": _drop_action,
    "info-never-met": _without_comma,
    "noop-passes": _with_action,
    "refusal-passes": _with_action,
    "transfer-passes": _with_action,
    "transfer-not-scored": _with_transfer,
    "state-not-compared": _with_state,
}
"""How each class of findings may be mended."""

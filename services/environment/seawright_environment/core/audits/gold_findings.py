"""Golden actions that cannot be right: refused, unknown, without effect, or against a rule."""

from collections.abc import Iterator, Mapping
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.audits.subjects import Step, Subject
from seawright_environment.core.json_values import same
from seawright_environment.core.toolkits import Tool
from seawright_shared.records.audits import AuditFinding, Severity

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def gold_findings(subject: Subject) -> Iterator[AuditFinding]:
    """Yield what is wrong with single golden actions, in their order."""
    earlier: list[Step] = []
    for step in subject.steps:
        yield from _of_step(subject, step)
        if step.is_write and any(_is_same(step, other) for other in earlier):
            detail = f"{step.call.name} stands twice in gold with the same arguments"
            yield _finding(subject, step, "repeated-write", "note", detail)
        earlier.append(step)
    if not subject.gold_episode.is_rewarded:
        missed = _missed(subject)
        yield AuditFinding(
            code="gold-fails",
            severity="error",
            pointer=subject.pointer("evaluation_criteria"),
            detail=f"an episode that does exactly what gold says is not rewarded: {missed}",
            task_id=subject.id,
        )


def _of_step(subject: Subject, step: Step) -> Iterator[AuditFinding]:
    call = step.call
    kit = subject.base.content.kit_of(call.requestor)
    tool = kit.tools.get(call.name) if kit else None
    if tool is None:
        detail = f"the {call.requestor} has no tool {call.name!r}"
        yield _finding(subject, step, "unknown-tool", "error", detail)
        return
    for name, why in wrong_arguments(tool, call.arguments):
        finding = _finding(subject, step, "wrong-arguments", "error", f"{call.name}: {why}")
        where = subject.pointer("evaluation_criteria", "actions", step.index, "arguments", name)
        yield finding.model_copy(update={"pointer": where}) if name else finding
    if step.result.error:
        said = step.result.content.removeprefix("Error: ")
        detail = f"{call.name} is refused and passed over: {said}"
        if step.is_write:
            yield _finding(subject, step, "write-refused", "error", detail)
        else:
            yield _finding(subject, step, "read-refused", "warning", detail)
    elif step.is_write and not step.has_changed:
        detail = f"{call.name} changes nothing"
        yield _finding(subject, step, "write-without-effect", "warning", detail)


def wrong_arguments(tool: Tool, arguments: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    """Yield argument and complaint; the argument is empty where one is missing."""
    required = required_of(tool)
    missing = [name for name in required if name not in arguments]
    if missing:
        yield "", f"missing {', '.join(missing)}"
    for name, value in arguments.items():
        schema = tool.parameters.get(name)
        if schema is None:
            yield name, f"there is no parameter {name!r}"
        elif not _fits(schema, value):
            yield name, f"{name} has the wrong type"


def required_of(tool: Tool) -> list[str]:
    """Return the parameters without which a call is refused."""
    return [name for name in tool.parameters if name not in tool.defaults]


def _fits(schema: JsonValue, value: JsonValue) -> bool:
    """Whether a value is of one of the types that a schema names, itself or in `anyOf`."""
    if not isinstance(schema, dict):
        return True
    options = schema.get("anyOf")
    if isinstance(options, list):
        return any(_fits(option, value) for option in options)
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        return True
    if isinstance(value, bool) and kind != "boolean":
        return False
    if not isinstance(value, _KINDS[kind]):
        return False
    choices = schema.get("enum")
    if isinstance(choices, list) and value not in choices:
        return False
    if isinstance(value, list):
        return all(_fits(schema.get("items"), inner) for inner in value)
    return True


def _is_same(one: Step, other: Step) -> bool:
    mine = cast("JsonValue", one.call.arguments)
    return one.call.name == other.call.name and same(mine, cast("JsonValue", other.call.arguments))


def _missed(subject: Subject) -> str:
    found = subject.gold_episode.evaluation
    parts = [part for part, value in (found.breakdown or {}).items() if value < 1.0]
    return ", ".join(parts) or "its writes answer differently when they are run again"


def _finding(
    subject: Subject, step: Step, code: str, severity: Severity, detail: str
) -> AuditFinding:
    return AuditFinding(
        code=code,
        severity=severity,
        pointer=subject.pointer("evaluation_criteria", "actions", step.index),
        detail=detail,
        task_id=subject.id,
    )

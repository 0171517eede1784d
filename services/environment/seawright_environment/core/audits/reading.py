"""Reading a task set: what is no task is reported, and the others are audited."""

from collections.abc import Sequence

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_environment.core.audits.subjects import Subject, pointer_of
from seawright_environment.core.tau2_documents import Tau2Document
from seawright_environment.core.toolkits import REFUSALS
from seawright_environment.core.world import Base
from seawright_shared.errors import FieldError, SeawrightError
from seawright_shared.records.audits import AuditFinding
from seawright_shared.records.base import canonical_json

MAX_LENGTH = 256
"""Of a list that every check runs through."""
MAX_BYTES = 1 << 20
"""Of one task's document."""
_DOCUMENT = TypeAdapter(dict[str, JsonValue])


def read_task(
    base: Base, index: int, value: JsonValue
) -> tuple[Subject | None, list[AuditFinding]]:
    """Return the task, or None and why it cannot be audited."""
    try:
        parts = Tau2Document.model_validate(value)
    except ValidationError as error:
        task_id = value.get("id") if isinstance(value, dict) else None
        task_id = task_id if isinstance(task_id, str) else None
        return None, [
            _broken("schema-fault", pointer_of(index, *each["loc"]), each["msg"], task_id)
            for each in error.errors()
        ]
    too_long = _too_long(parts, len(canonical_json(value)))
    if too_long:
        return None, [_broken("too-long", pointer_of(index), too_long, parts.id)]
    document = _DOCUMENT.validate_python(value)
    subject = Subject(index=index, document=document, parts=parts, base=base)
    try:
        fault = subject.start and subject.gold_episode.fault
    except SeawrightError as error:
        return None, _refused(subject, error.errors, error.detail)
    except REFUSALS as error:
        return None, _refused(subject, (), f"{type(error).__name__}: {error}")
    return (None, _refused(subject, (), fault)) if fault else (subject, [])


def _too_long(parts: Tau2Document, num_bytes: int) -> str | None:
    """Say what a task has too much of: every check runs all of it many times."""
    start, criteria = parts.initial_state, parts.evaluation_criteria
    lengths = {
        "golden actions": len(criteria.actions or ()) if criteria else 0,
        "assertions": len(criteria.env_assertions or ()) if criteria else 0,
        "initial actions": len(start.initialization_actions or ()) if start else 0,
        "earlier messages": len(start.message_history or ()) if start else 0,
    }
    for name, length in lengths.items():
        if length > MAX_LENGTH:
            return f"{length} {name}; at most {MAX_LENGTH} are audited"
    if num_bytes > MAX_BYTES:
        return f"{num_bytes} bytes; at most {MAX_BYTES} are audited"
    return None


def _refused(subject: Subject, errors: Sequence[FieldError], detail: str) -> list[AuditFinding]:
    """Say where a task's world or evaluation broke."""
    places = {
        "/initial_calls/": ("start-refused", "initial_state/initialization_actions"),
        "/messages/": ("start-refused", "initial_state/message_history"),
    }
    for error in errors:
        for prefix, (code, place) in places.items():
            if error.pointer.startswith(prefix):
                rest = error.pointer.removeprefix(prefix)
                where = subject.pointer(*place.split("/"), *rest.split("/"))
                return [_broken(code, where, error.detail, subject.id)]
    return [_broken("cannot-evaluate", subject.pointer(), detail, subject.id)]


def _broken(code: str, pointer: str, detail: str, task_id: str | None) -> AuditFinding:
    return AuditFinding(
        code=code, severity="error", pointer=pointer, detail=detail, task_id=task_id
    )

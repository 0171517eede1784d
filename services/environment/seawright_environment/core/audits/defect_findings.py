"""Gold whose target hangs on a known defect of tau2-bench's tools."""

from collections.abc import Iterator
from dataclasses import replace

from pydantic import JsonValue

from seawright_environment.core.audits.subjects import Subject
from seawright_environment.core.world import Base
from seawright_shared.errors import SeawrightError
from seawright_shared.records.audits import AuditFinding

CENT = 0.01
MOST_PATHS = 3
"""Differing paths that a finding names."""


def corrected(base: Base) -> Base | None:
    """Return the same database with corrected tools; None: they are corrected already."""
    if not base.database.is_exact:
        return None
    return Base(
        content=base.content, database=replace(base.database, has_text_hash=False, is_exact=False)
    )


def defect_findings(subject: Subject, other: Base | None) -> Iterator[AuditFinding]:
    """Yield a finding where gold ends elsewhere once the tools are corrected."""
    if other is None or not subject.writes:
        return
    twin = Subject(index=subject.index, document=subject.document, parts=subject.parts, base=other)
    try:
        after = {_text(op.path): op.value for op in twin.gold.diff()}
    except SeawrightError:
        return
    before = {_text(op.path): op.value for op in subject.gold.diff()}
    paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    if not paths:
        return
    is_rounding = all(_is_close(before.get(path), after.get(path)) for path in paths)
    named = ", ".join(paths[:MOST_PATHS]) + (", ..." if len(paths) > MOST_PATHS else "")
    what = "holds amounts that were not rounded" if is_rounding else "keeps a defect of its tools"
    yield AuditFinding(
        code="target-unrounded" if is_rounding else "target-by-defect",
        severity="note",
        pointer=subject.pointer("evaluation_criteria", "actions"),
        detail=f"gold's final state {what}: corrected tools end elsewhere at {named}",
        task_id=subject.id,
    )


def _is_close(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are equal but for less than a cent in their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_close, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < CENT
    return one == other


def _text(path: list[str | int]) -> str:
    return "/".join(map(str, path))

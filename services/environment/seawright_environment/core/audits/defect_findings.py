"""Gold whose target hangs on a known defect of tau2-bench's tools."""

from collections.abc import Iterator
from dataclasses import replace

from seawright_environment.core.audits.subjects import Subject
from seawright_environment.core.world import Base
from seawright_shared.errors import SeawrightError
from seawright_shared.records.audits import AuditFinding

MOST_PATHS = 3
"""Differing paths that a finding names."""


def corrected(base: Base) -> Base | None:
    """Return the same database with corrected tools; None: they are corrected already."""
    if not base.database.is_exact:
        return None
    return Base(content=base.content, database=replace(base.database, is_exact=False))


def defect_findings(subject: Subject, other: Base | None) -> Iterator[AuditFinding]:
    """Yield a finding where gold ends elsewhere once the tools are corrected."""
    if other is None or not subject.writes:
        return
    twin = Subject(index=subject.index, document=subject.document, parts=subject.parts, base=other)
    try:
        after = {_text(op.path): op for op in twin.gold.diff()}
    except SeawrightError:
        return
    before = {_text(op.path): op for op in subject.gold.diff()}
    paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    if paths:
        named = ", ".join(paths[:MOST_PATHS]) + (", ..." if len(paths) > MOST_PATHS else "")
        yield AuditFinding(
            code="target-by-defect",
            severity="warning",
            pointer=subject.pointer("evaluation_criteria", "actions"),
            detail="gold's final state hangs on a known defect of tau2-bench's tools; "
            f"with corrected tools it differs at {named}",
            task_id=subject.id,
        )


def _text(path: list[str | int]) -> str:
    return "/".join(map(str, path))

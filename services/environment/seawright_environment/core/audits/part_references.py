"""Ambiguous parts: the words fit several parts of one thing, as two items of an order.

Compared like whole things are (see `references`): likely, not proved.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.audits.mutations import Mutation
from seawright_environment.core.audits.references import things_of
from seawright_environment.core.audits.subjects import Step
from seawright_environment.core.audits.wording import words_of
from seawright_environment.core.json_values import JsonObject
from seawright_shared.records.audits import AuditFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that a call names by an id, among the parts beside it."""

    id: str
    row: JsonObject
    field: str
    """Where a part has its id."""
    beside: list[JsonObject]


def part_findings(mutation: Mutation) -> Iterator[AuditFinding]:
    """Yield the parts that gold names and the words do not single out."""
    subject, said = mutation.subject, words_of(mutation.subject.words)
    for step in subject.writes:
        for name, values in step.call.arguments.items():
            for part in _parts(mutation, step, name, values):
                told, others = _rivals(mutation, part, said)
                if told and others:
                    where = ("actions", step.index, "arguments", name)
                    yield AuditFinding(
                        code="ambiguous-part",
                        severity="note",
                        pointer=subject.pointer("evaluation_criteria", *where),
                        detail=f"{step.call.name} is about {part.id}, which the user's words name "
                        f"by {', '.join(sorted(told))}; they fit {', '.join(others)} as well",
                        task_id=subject.id,
                        is_heuristic=True,
                    )


def _parts(mutation: Mutation, step: Step, name: str, values: JsonValue) -> Iterator[Part]:
    """Yield the parts of the call's things that a list of ids names, without those named too."""
    ids = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    field = name.removesuffix("s")
    for place in things_of(mutation, step):
        for rows in _lists_of_rows(mutation.shop.entities.entity(place)):
            for value in ids:
                row = next((row for row in rows if row.get(field) == value), None)
                if row is not None:
                    beside = [other for other in rows if other.get(field) not in ids]
                    yield Part(id=value, row=row, field=field, beside=beside)


def _lists_of_rows(entity: JsonValue) -> Iterator[list[JsonObject]]:
    for value in entity.values() if isinstance(entity, dict) else ():
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        if len(rows) > 1:
            yield rows


def _rivals(mutation: Mutation, part: Part, said: set[str]) -> tuple[set[str], list[str]]:
    """Return the words said of a part, and the ids of others that they fit as well."""
    telling = mutation.shop.wording.telling
    told = telling(part.row) & said
    return told, [str(row.get(part.field)) for row in part.beside if told <= telling(row)]

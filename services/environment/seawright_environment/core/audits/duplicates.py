"""Duplicates within a set: same ids, same documents, same gold, and texts that are almost equal."""

import itertools
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from seawright_environment.core.audits.subjects import Subject, pointer_of
from seawright_environment.core.json_values import JsonObject
from seawright_shared.records.audits import AuditFinding, Severity
from seawright_shared.records.base import canonical_json

NEAR = 0.85
"""Shared word pairs, of all that two texts have, from which they count as almost equal."""
MOST_TEXTS = 1500
"""Different texts that are compared with each other."""
MOST_NAMED = 6
K = TypeVar("K", bound=Hashable)


def duplicate_findings(subjects: Sequence[Subject]) -> Iterator[AuditFinding]:
    """Yield one finding per group, at its first task."""
    by_id = _groups((subject.id, subject) for subject in subjects)
    yield from _each(by_id, "duplicate-id", "error", "tasks have this id")
    whole = _groups((canonical_json(_without_id(s.document)), s) for s in subjects)
    yield from _each(whole, "duplicate-task", "warning", "tasks are equal but for their ids")
    equal = {id(subject) for group in whole for subject in group[1:]}
    others = [subject for subject in subjects if id(subject) not in equal]
    gold = _groups((_gold(subject), subject) for subject in others if subject.writes)
    yield from _each(gold, "same-gold", "note", "tasks have the same start and golden writes")
    texts: dict[str, list[Subject]] = {}
    for subject in others:
        texts.setdefault(" ".join(subject.words.split()), []).append(subject)
    same = [group for group in texts.values() if len(group) > 1]
    yield from _each(same, "same-text", "note", "tasks tell the user the same")
    yield from _each(_near(texts), "near-text", "note", "tasks tell the user almost the same")


def _groups(pairs: Iterable[tuple[K, Subject]]) -> list[list[Subject]]:
    found: dict[K, list[Subject]] = {}
    for key, subject in pairs:
        found.setdefault(key, []).append(subject)
    return [group for group in found.values() if len(group) > 1]


def _each(
    groups: Iterable[Sequence[Subject]], code: str, severity: Severity, what: str
) -> Iterator[AuditFinding]:
    for group in groups:
        named = ", ".join(f"{subject.id} (/{subject.index})" for subject in group[:MOST_NAMED])
        more = ", ..." if len(group) > MOST_NAMED else ""
        yield AuditFinding(
            code=code,
            severity=severity,
            pointer=pointer_of(group[0].index),
            detail=f"{len(group)} {what}: {named}{more}",
            task_id=group[0].id,
            is_heuristic=code == "near-text",
        )


def _without_id(document: JsonObject) -> JsonObject:
    return {key: value for key, value in document.items() if key != "id"}


def _gold(subject: Subject) -> str:
    start = subject.parts.initial_state
    calls = sorted(step.call.model_dump_json() for step in subject.writes)
    return f"{start.model_dump_json() if start else ''} {calls}"


def _near(texts: Mapping[str, Sequence[Subject]]) -> Iterator[list[Subject]]:
    """Yield pairs of texts that share most of their word pairs."""
    pairs = [(_word_pairs(text), group[0]) for text, group in list(texts.items())[:MOST_TEXTS]]
    ordered = sorted(pairs, key=lambda each: len(each[0]))
    for place, (mine, subject) in enumerate(ordered):
        for theirs, other in ordered[place + 1 :]:
            if len(theirs) * NEAR > len(mine):
                break
            if len(mine & theirs) >= NEAR * len(mine | theirs):
                yield sorted((subject, other), key=lambda each: each.index)


def _word_pairs(text: str) -> set[tuple[str, str]]:
    words = re.findall(r"\w+", text)
    return set(itertools.pairwise(words))

"""Ambiguous references: what the customer's words say fits several of his entities.

Found by comparing words: no id names the entity, and every word that tells something of it is
true of another one of the same customer as well. This is likely, not proved: words may also tell
things apart in ways that no comparison sees (the dearer one, the one of five pieces).
"""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from seawright_environment.core.audits.entities import Place
from seawright_environment.core.audits.mutations import Mutation
from seawright_environment.core.audits.subjects import Step
from seawright_environment.core.audits.wording import words_of
from seawright_shared.records.audits import AuditFinding

MOST_NAMED = 3
"""Candidates that a finding names."""
_WHOLE = re.compile(r"\b(all|every|everything|each|both|any|whatever|as many)\b")
"""Words by which a customer means more than one thing without naming it."""


def reference_findings(mutation: Mutation) -> Iterator[AuditFinding]:
    """Yield the things that gold writes to and that the words do not single out."""
    subject, seen = mutation.subject, set[Place]()
    said = words_of(subject.words)
    for step in subject.writes:
        for place in things_of(mutation, step):
            if place in seen or place.key.lower() in subject.words:
                continue
            seen.add(place)
            told = _told(mutation, place, said)
            others = [each.key for each in _rivals(mutation, step, place, said)]
            if not others or (not told and _WHOLE.search(subject.words)):
                continue
            named = ", ".join(others[:MOST_NAMED])
            by = f"name by {', '.join(sorted(told))}" if told else "do not name"
            yield AuditFinding(
                code="ambiguous-reference" if told else "unnamed-reference",
                severity="note",
                pointer=subject.pointer("evaluation_criteria", "actions", step.index),
                detail=f"{step.call.name} is about {place.key}, which the user's words {by}; "
                f"they fit {named} as well",
                task_id=subject.id,
                is_heuristic=True,
            )


def _rivals(mutation: Mutation, step: Step, place: Place, said: set[str]) -> Iterator[Place]:
    """Yield the customer's other entities that fit the words as well, and fit the call."""
    told = _told(mutation, place, said)
    done = {other for each in mutation.subject.writes for other in things_of(mutation, each)}
    assert mutation.person is not None, "only a customer's things are looked at"
    for key in mutation.shop.entities.belongings(mutation.person, place.table):
        other = Place(table=place.table, key=key)
        is_fitting = other not in done and told <= _told(mutation, other, said)
        if is_fitting and _is_possible(mutation, step, place, other):
            yield other


def things_of(mutation: Mutation, step: Step) -> list[Place]:
    """Return the customer's entities, other than himself, that a call is about."""
    entities = mutation.shop.entities
    return [
        place
        for name, value in step.call.arguments.items()
        if (place := entities.place_of(value, name))
        and mutation.person is not None
        and place.table != entities.people
        and entities.owner_of(place) == mutation.person
    ]


def _told(mutation: Mutation, place: Place, said: set[str]) -> set[str]:
    """Return the words said that tell an entity from at least one of its owner's others."""
    shop = mutation.shop
    assert mutation.person is not None
    all_of_them = [
        shop.telling(Place(table=place.table, key=key))
        for key in shop.entities.belongings(mutation.person, place.table)
    ]
    return (shop.telling(place) & said) - set[str].intersection(*all_of_them)


def _is_possible(mutation: Mutation, step: Step, place: Place, other: Place) -> bool:
    """Whether the call could be about the other entity: the tools themselves may exclude it.

    Ids of an entity's parts (its items) cannot be carried over; such a call counts as possible
    where the two entities have the same status.
    """
    arguments: dict[str, JsonValue] = {
        name: other.key if value == place.key else value
        for name, value in step.call.arguments.items()
    }
    world = mutation.subject.start.fork()
    if not world.call(step.call.requestor, step.call.name, arguments).error:
        return True
    has_parts = any(isinstance(value, list) for value in arguments.values())
    return has_parts and _status(mutation, place) == _status(mutation, other)


def _status(mutation: Mutation, place: Place) -> JsonValue:
    entity = mutation.shop.entities.entity(place)
    return entity.get("status") if isinstance(entity, dict) else None

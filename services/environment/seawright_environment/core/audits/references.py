"""Ambiguous references: what the customer's words say fits several of his entities.

Found by comparing texts: the words name an entity by no id, and everything they say of it is
true of another one of the same customer too. This is likely, not proved: words may also tell
things apart in ways that no text comparison sees.
"""

import re
from collections.abc import Iterator

from seawright_environment.core.audits.entities import Entities, Place, texts_in
from seawright_environment.core.audits.mutations import Mutation
from seawright_environment.core.audits.subjects import Step
from seawright_shared.records.audits import AuditFinding

SHORTEST = 3
"""Shorter texts, as state codes, are found in words by chance."""
MOST_NAMED = 3
"""Candidates that a finding names."""


def reference_findings(mutation: Mutation) -> Iterator[AuditFinding]:
    """Yield the things that gold writes to and that the words do not single out."""
    subject, seen = mutation.subject, set[Place]()
    for step in subject.writes:
        for place in _things(mutation, step):
            if place in seen:
                continue
            seen.add(place)
            others = list(rivals(mutation, step, place))
            if others:
                named = ", ".join(each.key for each in others[:MOST_NAMED])
                told = sorted(_told(mutation.shop.entities, place, subject.words))
                words = f"by {', '.join(told)}" if told else "by nothing that tells it apart"
                yield AuditFinding(
                    code="ambiguous-reference",
                    severity="note",
                    pointer=subject.pointer("evaluation_criteria", "actions", step.index),
                    detail=f"{step.call.name} is about {place.key}, which the user's words name "
                    f"{words}: that is true of {named} too",
                    task_id=subject.id,
                    is_heuristic=True,
                )


def rivals(mutation: Mutation, step: Step, place: Place) -> Iterator[Place]:
    """Yield the customer's other entities that fit the words as well, and fit the call."""
    entities, words = mutation.shop.entities, mutation.subject.words
    if mutation.person is None or place.key.lower() in words:
        return
    told = _told(entities, place, words)
    done = {other for each in mutation.subject.writes for other in _things(mutation, each)}
    for key in entities.belongings(mutation.person, place.table):
        other = Place(table=place.table, key=key)
        is_fitting = other not in done and told <= _told(entities, other, words)
        if is_fitting and _is_possible(mutation, step, place, other):
            yield other


def _things(mutation: Mutation, step: Step) -> list[Place]:
    """Return the entities, other than people, that a call is about and somebody owns."""
    entities = mutation.shop.entities
    return [
        place
        for name, value in step.call.arguments.items()
        if (place := entities.place_of(value, name))
        and place.table != entities.people
        and entities.owner_of(place) == mutation.person
    ]


def _told(entities: Entities, place: Place, words: str) -> set[str]:
    """Return the texts of an entity that the words say."""
    texts = {text.lower() for text in texts_in(entities.entity(place)) if len(text) >= SHORTEST}
    return {text for text in texts if text in words and _is_word(text, words)}


def _is_word(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", words) is not None


def _is_possible(mutation: Mutation, step: Step, place: Place, other: Place) -> bool:
    """Whether the call could be about the other entity: the tools themselves may exclude it.

    Ids that belong to the entity (its items) cannot be carried over; such a call counts as
    possible where the two entities agree in the fields that gold's refusal would hang on.
    """
    arguments = {
        name: other.key if value == place.key else value
        for name, value in step.call.arguments.items()
    }
    world = mutation.subject.start.fork()
    if not world.call(step.call.requestor, step.call.name, arguments).error:
        return True
    has_parts = any(isinstance(value, list) for value in arguments.values())
    return has_parts and _status(mutation, place) == _status(mutation, other)


def _status(mutation: Mutation, place: Place) -> object:
    entity = mutation.shop.entities.entity(place)
    return entity.get("status") if isinstance(entity, dict) else None

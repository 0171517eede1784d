"""Gold against the rules of its domain, where a domain has them in code."""

from collections.abc import Iterator

from seawright_environment.core.audits.mutations import Mutation
from seawright_environment.core.audits.subjects import Step
from seawright_shared.records.audits import AuditFinding
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Draft, DraftGoal


def policy_findings(mutation: Mutation) -> Iterator[AuditFinding]:
    """Yield the golden writes that the domain's author objects to, in the state before each."""
    author, subject, person = mutation.shop.author, mutation.subject, mutation.person
    if author is None or person is None:
        return
    world, earlier = subject.start.fork(), list[DraftGoal]()
    for step in subject.steps:
        call = step.call
        if step.has_changed and call.name in author.goal_types:
            goal = _goal_of(mutation, step)
            is_sound = author.flaw(_draft_of(mutation, person, goal)) is None
            said = author.objection(world.view, person, earlier, goal) if is_sound else None
            if said:
                yield AuditFinding(
                    code="against-policy",
                    severity="warning",
                    pointer=subject.pointer("evaluation_criteria", "actions", step.index),
                    detail=f"{call.name}: {said}",
                    task_id=subject.id,
                )
            earlier.append(goal)
        world.call(call.requestor, call.name, call.arguments)


def _goal_of(mutation: Mutation, step: Step) -> DraftGoal:
    call = step.call
    places = mutation.shop.entities.places_in(dict(call.arguments))
    people = mutation.shop.entities.people
    things = [place.key for place in places if place.table != people]
    entity = (things or [place.key for place in places] or [call.name])[0]
    return DraftGoal(type=call.name, arguments=call.arguments, entity=entity, features={})


def _draft_of(mutation: Mutation, person: str, goal: DraftGoal) -> Draft:
    domain = mutation.subject.base.content.name
    return Draft(
        id="audit",
        domain=domain,
        database=DatabaseRef(domain=domain),
        customer_id=person,
        goals=[goal],
    )

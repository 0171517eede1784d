"""Small records for the tests of the synthesis core."""

from seawright_orchestrator.core.synthesis.plans import stamped
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, GoalRow
from seawright_shared.records.base import Scalar
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import Literal_, Operator, Plan, Rule
from seawright_shared.records.tasks import Draft, DraftGoal

DATABASE = DatabaseRef(domain="toy", seed=1)


def literal(feature: str, op: Operator, value: Scalar) -> Literal_:
    return Literal_(feature=feature, op=op, value=value)


def rule(rule_id: str = "r1", scope: str = "cancel", *when: Literal_, **fields: object) -> Rule:
    return Rule.model_validate({"id": rule_id, "scope": scope, "when": list(when), **fields})


def plan(*rules: Rule, **fields: object) -> Plan:
    base: dict[str, object] = {
        "id": "",
        "stream_id": "stream_1",
        "version": 0,
        "domain": "toy",
        "theme": "everything",
        "seed": 7,
        "goals": {"cancel": 0.5, "return": 0.5},
        "rules": list(rules),
    }
    return stamped(Plan.model_validate({**base, **fields}))


def draft(
    number: int, goal: str = "cancel", *more: str, customer: str = "", **features: Scalar
) -> Draft:
    goals = [
        DraftGoal(
            type=name,
            arguments={"order": f"#{number}-{index}"},
            entity=f"#{number}-{index}",
            features={"goal": name, **features},
        )
        for index, name in enumerate((goal, *more))
    ]
    return Draft(
        id=f"draft_{number}",
        domain="toy",
        database=DATABASE,
        customer_id=customer or f"c{number}",
        goals=goals,
    )


def outcome(
    iteration: int = 0,
    goal: str = "cancel",
    *,
    accepted: bool = True,
    cause: str = "",
    probe: str | None = None,
    failed_goal: int | None = 0,
    **features: Scalar,
) -> CandidateOutcome:
    return CandidateOutcome(
        draft_id="d",
        iteration=iteration,
        goals=[GoalRow(type=goal, features={"goal": goal, **features})],
        accepted=accepted,
        failed_goal=None if accepted else failed_goal,
        cause=cause,
        probe=probe,
    )

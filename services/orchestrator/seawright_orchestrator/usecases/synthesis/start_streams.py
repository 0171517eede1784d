"""Draw the plan pairs of a run, each seeing the earlier ones."""

from collections.abc import Sequence

from seawright_orchestrator.core.synthesis.coverage import kinds_of
from seawright_orchestrator.core.synthesis.plans import PlanPair, draw_plans
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.domains import Domain
from seawright_shared.records.specs import SynthesisSpec


def start_streams(run_id: str, spec: SynthesisSpec, domain: Domain) -> list[PlanStream]:
    """Return the initial state of `spec.num_streams` streams; deterministic.

    Raises `InvalidRequestError` where the spec names goal types that the domain has not.
    """
    unknown = [goal for goal in spec.goals if goal not in domain.goal_types]
    if unknown:
        known = ", ".join(domain.goal_types)
        error = FieldError(
            pointer=f"/goals/{spec.goals.index(unknown[0])}",
            code="unknown-goal-type",
            detail=f"{unknown[0]!r} is not a goal type of {domain.name}; there are {known}",
        )
        raise InvalidRequestError(error.detail, errors=[error])
    kinds = kinds_of(domain, spec.goals or domain.goal_types)
    pairs = draw_plans(run_id, spec, kinds, domain.disclosures)
    return streams_of(pairs)


def streams_of(pairs: Sequence[PlanPair]) -> list[PlanStream]:
    """Return the initial states of streams with these plan pairs."""
    return [
        PlanStream(
            id=pair.plan.stream_id,
            index=index,
            plans=[pair.plan],
            evaluation_plans=[pair.evaluation_plan],
        )
        for index, pair in enumerate(pairs)
    ]

"""Let a model read what an iteration taught, and propose rules beside the miner's."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import RevisionAnswer
from seawright_orchestrator.core.llm.chats import Failure
from seawright_orchestrator.core.llm.proposals import (
    Vocabulary,
    objection_to_checks,
    rules_from,
)
from seawright_orchestrator.core.llm.questions import Prompts, Question
from seawright_orchestrator.core.synthesis.mining import Evidence, evidence
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_shared.records.domains import Domain
from seawright_shared.records.plans import Rule
from seawright_shared.records.specs import SynthesisSpec

ROLE = "reflector"
MAX_CAUSES = 6
MAX_EXAMPLES = 6
"""Failing goals, and good ones of the same types, shown for each cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a model would change, and what it expects of it."""

    rules: list[Rule]
    early_checks: list[str]
    predicted_yield: float
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeRevision:
    """The reflector. It proposes; measurement decides."""

    ask: AskRole
    domain: Domain

    async def __call__(self, spec: SynthesisSpec, stream: PlanStream) -> Proposal | None:
        """Return a proposal for the plan after the stream's current one, if there is one."""
        if ROLE not in self.ask.spec.roles:
            return None
        words = Vocabulary.of(self.domain, spec.goals)
        question = Question(
            role=ROLE,
            system=Prompts(domain=self.domain).system(ROLE),
            material=reflection_material(stream, self.domain),
            form=RevisionAnswer,
            seed=derive_seed(spec.seed, "llm", ROLE, stream.index, stream.iteration),
            objection=lambda answer: (
                words.objection(answer.rules) or objection_to_checks(answer.early_checks)
            ),
        )
        answer = await self.ask(question)
        if isinstance(answer, Failure):
            return None
        return Proposal(
            rules=rules_from(answer.rules),
            early_checks=answer.early_checks,
            predicted_yield=answer.predicted_yield,
            rationale=answer.rationale,
        )


def reflection_material(stream: PlanStream, domain: Domain) -> dict[str, JsonValue]:
    """Return what the reflector is shown: causes with failing and good goals side by side."""
    rows = evidence(stream.window)
    causes: dict[str, list[Evidence]] = {}
    for row in rows:
        if row.cause is not None:
            causes.setdefault(row.cause, []).append(row)
    top = sorted(causes, key=lambda cause: (-len(causes[cause]), cause))[:MAX_CAUSES]
    last = stream.reports[-1] if stream.reports else None
    return {
        "theme": stream.plan.theme,
        "yield": last.yield_share if last else 0.0,
        "features": list(domain.features),
        "goal_types": [*sorted(stream.plan.goals)],
        "checks": [check.id for check in stream.evaluation_plan.task_checks],
        "rules": [_rule(rule) for rule in stream.plan.rules if rule.status == "active"],
        "causes": [_cause(cause, causes[cause], rows) for cause in top],
    }


def _rule(rule: Rule) -> JsonValue:
    return rule.model_dump(mode="json", include={"scope", "when", "cause", "origin"})


def _cause(cause: str, failing: Sequence[Evidence], rows: Sequence[Evidence]) -> JsonValue:
    types = {row.goal.type for row in failing}
    good = [row for row in rows if row.cause is None and row.goal.type in types]
    return {
        "cause": cause,
        "num_failed": len(failing),
        "num_good": len(good),
        "failed": [_goal(row) for row in failing[-MAX_EXAMPLES:]],
        "good": [_goal(row) for row in good[-MAX_EXAMPLES:]],
    }


def _goal(row: Evidence) -> JsonValue:
    return {"type": row.goal.type, **row.goal.features}

"""Let a model write the plan pairs of a run, one after the other, each with the earlier in view."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import PlanAnswer
from seawright_orchestrator.core.llm.chats import Failure
from seawright_orchestrator.core.llm.proposals import Vocabulary, planned
from seawright_orchestrator.core.llm.questions import Prompts, Question
from seawright_orchestrator.core.synthesis.coverage import kinds_of
from seawright_orchestrator.core.synthesis.plans import PlanPair, draw_plans
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_shared.records.domains import Domain
from seawright_shared.records.plans import EvaluationPlan, Plan
from seawright_shared.records.specs import SynthesisSpec

ROLE = "meta_planner"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStreams:
    """The meta-planner. Where it has no answer, the drawn pair stands."""

    ask: AskRole

    async def plans(
        self, run_id: str, spec: SynthesisSpec, domain: Domain
    ) -> list[tuple[Plan, EvaluationPlan]]:
        """Return `spec.num_streams` pairs, each written with the earlier ones in view."""
        goals = spec.goals or domain.goal_types
        drawn = draw_plans(run_id, spec, kinds_of(domain, goals))
        if ROLE not in self.ask.spec.roles:
            return [(pair.plan, pair.evaluation_plan) for pair in drawn]
        written: list[PlanPair] = []
        for index, pair in enumerate(drawn):
            answer = await self.ask(_question(spec, domain, written, index))
            written.append(pair if isinstance(answer, Failure) else planned(pair, answer))
        return [(pair.plan, pair.evaluation_plan) for pair in written]


def _question(
    spec: SynthesisSpec, domain: Domain, earlier: Sequence[PlanPair], index: int
) -> Question[PlanAnswer]:
    words = Vocabulary.of(domain, spec.goals)
    return Question(
        role=ROLE,
        system=Prompts(domain=domain).system(ROLE),
        material=planning_material(spec, domain, earlier, index),
        form=PlanAnswer,
        seed=derive_seed(spec.seed, "llm", ROLE, index),
        objection=lambda answer: words.objection_to_plan(answer, spec.max_goals),
    )


def planning_material(
    spec: SynthesisSpec, domain: Domain, earlier: Sequence[PlanPair], index: int
) -> dict[str, JsonValue]:
    """Return what the planner is shown."""
    kinds = kinds_of(domain, spec.goals or domain.goal_types)
    return {
        "plan_number": index + 1,
        "num_plans": spec.num_streams,
        "max_goals": spec.max_goals,
        "goal_types": [kind.model_dump(mode="json") for kind in kinds],
        "features": list(domain.features),
        "policy_rules": [rule.model_dump(mode="json") for rule in domain.policy_rules],
        "earlier_plans": [_short(pair.plan) for pair in earlier],
    }


def _short(plan: Plan) -> dict[str, JsonValue]:
    top = sorted(plan.goals, key=lambda goal: -plan.goals[goal])[:3]
    return {
        "theme": plan.theme,
        "heaviest_goals": list(top),
        "disclosure": max(plan.disclosures, key=lambda name: plan.disclosures[name]),
        "reference": max(plan.references, key=lambda name: plan.references[name]),
        "num_rules": len(plan.rules),
    }

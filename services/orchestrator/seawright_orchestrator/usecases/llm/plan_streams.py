"""Let a model write the plan pairs of a run, one after the other, each with the earlier in view."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import PlanAnswer
from seawright_orchestrator.core.llm.chats import Failure
from seawright_orchestrator.core.llm.proposals import Vocabulary, planned
from seawright_orchestrator.core.llm.questions import Prompts, Question
from seawright_orchestrator.core.synthesis.coverage import kinds_of
from seawright_orchestrator.core.synthesis.plans import PlanPair
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams, streams_of
from seawright_shared.records.domains import Domain
from seawright_shared.records.plans import Plan
from seawright_shared.records.reports import StageUsage
from seawright_shared.records.specs import SynthesisSpec

ROLE = "meta_planner"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStreams:
    """The meta-planner. Where it has no answer, the drawn pair stands."""

    ask: AskRole

    async def streams(self, run_id: str, spec: SynthesisSpec, domain: Domain) -> list[PlanStream]:
        """Return `spec.num_streams` streams, each plan written with the earlier ones in view."""
        drawn = start_streams(run_id, spec, domain)
        if ROLE not in self.ask.spec.roles:
            return drawn
        written: list[PlanPair] = []
        costs: list[dict[str, StageUsage]] = []
        for index, stream in enumerate(drawn):
            pair = PlanPair(plan=stream.plan, evaluation_plan=stream.evaluation_plan)
            answer = await self.ask(_question(spec, domain, written, index))
            written.append(pair if isinstance(answer, Failure) else planned(pair, answer))
            costs.append(self.ask.ledger.taken())
        return [
            stream.model_copy(update={"planning": cost})
            for stream, cost in zip(streams_of(written), costs, strict=True)
        ]


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

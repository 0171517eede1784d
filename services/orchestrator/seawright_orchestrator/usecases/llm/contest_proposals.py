"""Measure the miner's and the model's next plan on the same drafts; only the better one stays."""

from dataclasses import dataclass

from seawright_orchestrator.core.llm.proposals import earlier, revised
from seawright_orchestrator.core.synthesis.plans import full_evaluation_plan
from seawright_orchestrator.core.synthesis.ports import DraftSource, TaskChecker
from seawright_orchestrator.core.synthesis.sampling import Exclusions
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.llm.propose_revision import Proposal
from seawright_orchestrator.usecases.synthesis.check_candidates import ENVIRONMENT_CHECKS
from seawright_orchestrator.usecases.synthesis.draw_candidates import (
    CandidateOrder,
    DrawCandidates,
)
from seawright_shared.contracts.environment import TaskCheckRequest
from seawright_shared.records.plans import Plan, Reflection
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestProposals:
    """Both plans draw at the first plan's mix, from the same seed, and face the same checks."""

    drafts: DraftSource
    checker: TaskChecker
    num_probe_drafts: int

    async def __call__(
        self, spec: SynthesisSpec, mined: PlanStream, proposal: Proposal
    ) -> PlanStream:
        """Return the stream with the better of both as its next plan; the miner's at a tie.

        The reflection says who won, and both figures.
        """
        reflection = mined.reflections[-1]
        before = next(plan for plan in mined.plans if plan.id == reflection.plan_from)
        rival = revised(before, mined.plan, proposal.rules, reflection.id)
        yields = {
            "miner": await self._measured(spec, mined, mined.plan),
            "llm": await self._measured(spec, mined, rival),
        }
        if yields["llm"] <= yields["miner"]:
            told = reflection.model_copy(update={"contest": yields})
            return mined.model_copy(update={"reflections": [*mined.reflections[:-1], told]})
        return _with_rival(mined, rival, proposal, yields)

    async def _measured(self, spec: SynthesisSpec, stream: PlanStream, plan: Plan) -> float:
        """Return the share of the wanted drafts that pass; what a plan cannot give has failed."""
        seed = derive_seed(spec.seed, "contest", stream.index, stream.iteration)
        num = self.num_probe_drafts
        calm = {"goals": stream.plans[0].goals, "probe_rate": 0.0, "contrast_rate": 0.0}
        selection = await DrawCandidates(drafts=self.drafts)(
            CandidateOrder(
                plan=plan.model_copy(update=calm),
                database=spec.database,
                split="train",
                holdout_share=spec.holdout_share,
                num=num,
                seed=seed,
                exclusions=Exclusions(),
                keeps_mix=True,
            )
        )
        candidates = selection.candidates()
        checks = full_evaluation_plan(stream.id)
        results = await self.checker.check(
            TaskCheckRequest(
                drafts=[one.draft for one in candidates],
                checks=[one for one in checks.task_checks if one.id in ENVIRONMENT_CHECKS],
                min_kill=checks.min_kill,
            )
        )
        return round(sum(result.task is not None for result in results) / num, 4)


def _with_rival(
    mined: PlanStream, rival: Plan, proposal: Proposal, yields: dict[str, float]
) -> PlanStream:
    reflection = mined.reflections[-1]
    evaluation = earlier(mined.evaluation_plan, proposal.early_checks)
    evaluation_plans = mined.evaluation_plans
    checks = [*reflection.diff.checks, proposal.rationale]
    if evaluation.id != mined.evaluation_plan.id:
        old = mined.evaluation_plan
        evaluation = evaluation.model_copy(update={"version": old.version + 1, "parent": old.id})
        evaluation_plans = [*evaluation_plans, evaluation]
    added = [rule for rule in rival.rules if rule.born_in == reflection.id]
    told: Reflection = reflection.model_copy(
        update={
            "origin": "llm",
            "contest": yields,
            "plan_to": rival.id,
            "evaluation_to": evaluation.id,
            "predicted_yield": proposal.predicted_yield,
            "diff": reflection.diff.model_copy(update={"added": added, "checks": checks}),
        }
    )
    return mined.model_copy(
        update={
            "plans": [*mined.plans[:-1], rival],
            "evaluation_plans": evaluation_plans,
            "reflections": [*mined.reflections[:-1], told],
        }
    )

"""What a check refused is played by an independent agent: counted, and never accepted."""

from collections.abc import Mapping

import pytest

from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.run_iteration import (
    IterationOutcome,
    RunIteration,
    Surroundings,
)
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.environment import TaskCheckRequest, TaskCheckResult
from seawright_shared.records.plans import EvaluationPlan
from seawright_shared.records.tasks import Draft
from seawright_shared.records.trajectories import AgentSpec
from seawright_shared.records.verdicts import Verdict
from tests.unit.orchestrator.usecases.synthesis.toy_shop import (
    DOMAIN,
    ToyChecker,
    ToyDrafts,
    ToyPlayer,
    flaw,
    spec,
    task_of,
)


class TooStrictChecker(ToyChecker):
    """Finds every gift ambiguous, which it is not."""

    def __init__(self) -> None:
        self.num_flagging = 0

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        modes: Mapping[str, str] = {check.id: check.on_fail for check in request.checks}
        is_strict = modes["reference"] == "reject"
        self.num_flagging += not is_strict
        return [self._result(draft, is_strict=is_strict) for draft in request.drafts]

    def _result(self, draft: Draft, *, is_strict: bool) -> TaskCheckResult:
        is_gift = any(goal.features["gift"] for goal in draft.goals)
        if not is_gift or any(flaw(goal) for goal in draft.goals):
            return self._check(draft)
        doubt = Verdict(subject="task", ok=False, stage="reference", failure_class="reference:gift")
        if is_strict:
            return TaskCheckResult(draft_id=draft.id, verdicts=[doubt])
        return TaskCheckResult(draft_id=draft.id, task=task_of(draft), verdicts=[doubt])


def strict_plan(plan: EvaluationPlan) -> EvaluationPlan:
    return plan.model_copy(update={"audit_rate": 0.2})


async def whole_run(agent: AgentSpec) -> tuple[list[IterationOutcome], TooStrictChecker]:
    of = spec(agent=agent, max_goals=1, num_iterations=4)
    checker = TooStrictChecker()
    run = RunIteration(drafts=ToyDrafts(), checker=checker, player=ToyPlayer())
    (stream,) = start_streams("run", of, DOMAIN)
    stream = stream.model_copy(update={"evaluation_plans": [strict_plan(stream.evaluation_plan)]})
    outcomes, wishes = [], RememberedWishes()
    while stream.status == "open":
        outcomes.append(await run(of, stream, Surroundings(wishes=wishes)))
        stream = outcomes[-1].stream
        wishes.add(outcomes[-1].accepted_keys)
    return outcomes, checker


async def test_a_check_whose_rejects_an_independent_agent_solves_is_loosened():
    outcomes, _ = await whole_run(AgentSpec(kind="policy"))
    stats = outcomes[-1].stream.check_stats["reference"]
    assert stats.audits >= 8
    assert stats.audit_passes == stats.audits
    modes = [
        check.on_fail
        for check in outcomes[-1].stream.evaluation_plan.task_checks
        if check.id == "reference"
    ]
    assert modes == ["flag"]
    reasons = [text for one in outcomes if one.reflection for text in one.reflection.diff.checks]
    assert any("no longer rejects" in text for text in reasons)
    assert "reference" not in outcomes[-1].report.stages
    assert "reference" in outcomes[0].report.stages


async def test_what_is_audited_is_not_accepted():
    outcomes, checker = await whole_run(AgentSpec(kind="policy"))
    first = outcomes[0]
    assert checker.num_flagging > 0
    assert first.report.num_accepted + len(first.rejects) == first.report.num_candidates
    refused = {one.draft_id for one in first.rejects if one.verdict.stage == "reference"}
    assert refused
    assert len(first.accepted) == len(first.accepted_keys)


@pytest.mark.parametrize("slip_rate", [0.0, 0.3])
async def test_the_scripted_agent_holds_the_answer_and_audits_nothing(slip_rate: float):
    outcomes, checker = await whole_run(AgentSpec(kind="scripted", slip_rate=slip_rate))
    assert checker.num_flagging == 0
    assert outcomes[-1].stream.check_stats["reference"].audits == 0

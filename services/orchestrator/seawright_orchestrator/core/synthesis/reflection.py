"""Reflection: what an iteration taught, as the next version of both plans."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seawright_orchestrator.core.synthesis.iteration import LATE_STAGES
from seawright_orchestrator.core.synthesis.mining import evidence, mine
from seawright_orchestrator.core.synthesis.plans import stamped
from seawright_orchestrator.core.synthesis.probation import probed
from seawright_orchestrator.core.synthesis.random_edits import random_rules
from seawright_orchestrator.core.synthesis.recalibration import recalibrate
from seawright_orchestrator.core.synthesis.rules import RuleBook
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, PlanStream
from seawright_orchestrator.core.synthesis.yields import (
    balanced_weights,
    mixed_yield,
    yield_change,
)
from seawright_shared.records.base import content_id
from seawright_shared.records.plans import Plan, Reflection, Rule, RuleDiff

Mode = Literal["reflect", "none", "random_edits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What reflection must know besides the stream."""

    mode: Mode
    iteration: int
    """The iteration just done; its candidates are in the stream's window."""
    is_last: bool
    """After the last iteration nothing new is tried: it could not be observed."""
    num_late_task_faults: int = 0


def reflect(stream: PlanStream, now: Circumstances) -> PlanStream:
    """Return the stream with its last reflection judged and, if there is cause, a new one."""
    if now.mode == "none":
        return stream
    judged = _judged(stream, now)
    if judged.reflections and judged.reflections[-1].accepted is False:
        undone = stream.reflections[-1].accepted is None
        if undone:
            return _rolled_back(judged, now)
    return judged if now.is_last else _revised(judged, now)


def _judged(stream: PlanStream, now: Circumstances) -> PlanStream:
    """Fill in what the last reflection's plan was seen to yield."""
    if not stream.reflections or stream.reflections[-1].accepted is not None:
        return stream
    last = stream.reflections[-1]
    mix = stream.plans[0].goals
    change = yield_change(
        _of(stream.window, now.iteration - 1), _of(stream.window, now.iteration), mix
    )
    # The control shows what edits do that nobody judges, so it never rolls back.
    worse = change.is_worse and now.mode == "reflect"
    seen = {"observed_yield": round(change.after.value, 4), "accepted": not worse}
    return stream.model_copy(
        update={"reflections": [*stream.reflections[:-1], last.model_copy(update=seen)]}
    )


def _rolled_back(stream: PlanStream, now: Circumstances) -> PlanStream:
    """Return to the plan before the last reflection; its rules are kept as retired."""
    bad, current = stream.reflections[-1], stream.plan
    before = next(plan for plan in stream.plans if plan.id == bad.plan_from)
    added = {rule.id for rule in bad.diff.added}
    dropped = [
        rule.model_copy(update={"status": "retired", "died_in": _reflection_id(stream, now)})
        for rule in current.rules
        if rule.id in added
    ]
    rules = [*probed(before.rules, _of(stream.window, now.iteration)), *dropped]
    diff = RuleDiff(retired=sorted(added), weights=_weight_changes(current.goals, before.goals))
    plan = current.model_copy(update={"rules": rules, "goals": before.goals})
    return _with_revision(stream, now, plan, diff, settled=True)


def _revised(stream: PlanStream, now: Circumstances) -> PlanStream:
    plan = stream.plan
    reflection_id = _reflection_id(stream, now)
    latest = _of(stream.window, now.iteration)
    tried = probed(plan.rules, latest)
    newly_retired = [
        rule.id for old, rule in zip(plan.rules, tried, strict=True) if rule.status != old.status
    ]
    rules = [
        rule.model_copy(update={"died_in": reflection_id}) if rule.id in newly_retired else rule
        for rule in tried
    ]
    added = _new_rules(stream, rules, now, reflection_id)
    goals = balanced_weights(latest, stream.plans[0].goals, stream.accepted_goals)
    diff = RuleDiff(added=added, retired=newly_retired, weights=_weight_changes(plan.goals, goals))
    edited = plan.model_copy(update={"rules": [*rules, *added], "goals": goals})
    late = {one.cause: one.stage for one in stream.window if one.stage in LATE_STAGES}
    shifted = [
        f"{rule.cause} shifted left: {late[rule.cause]} found it, now a rule holds it back"
        for rule in added
        if rule.cause in late
    ]
    diff = diff.model_copy(update={"checks": shifted})
    return _with_revision(stream, now, edited, diff, settled=False)


def _new_rules(
    stream: PlanStream, rules: Sequence[Rule], now: Circumstances, reflection_id: str
) -> list[Rule]:
    rows = evidence(stream.window)
    mined = mine(rows, rules)
    if now.mode == "random_edits":
        seed = derive_seed(stream.plan.seed, "random", now.iteration)
        mined = random_rules(rows, rules, num=len(mined), seed=seed)
    return [rule.model_copy(update={"born_in": reflection_id}) for rule in mined]


def _with_revision(
    stream: PlanStream,
    now: Circumstances,
    edited: Plan,
    diff: RuleDiff,
    *,
    settled: bool,
) -> PlanStream:
    """Append the edited plan, the recalibrated evaluation plan, and the record of both."""
    plan = stream.plan
    next_plan = stamped(edited.model_copy(update={"version": plan.version + 1, "parent": plan.id}))
    revision = recalibrate(
        stream.evaluation_plan,
        stream.check_stats,
        num_late_task_faults=now.num_late_task_faults,
    )
    predicted = _predicted(stream.window, next_plan, stream.plans[0])
    reflection = Reflection(
        id=_reflection_id(stream, now),
        stream_id=stream.id,
        iteration=now.iteration,
        plan_from=plan.id,
        plan_to=next_plan.id,
        evaluation_from=stream.evaluation_plan.id,
        evaluation_to=revision.plan.id,
        causes=_causes(stream.window),
        diff=diff.model_copy(update={"checks": [*diff.checks, *revision.changes]}),
        predicted_yield=predicted,
        accepted=True if settled else None,
        origin="random" if now.mode == "random_edits" else "miner",
    )
    evaluation_plans = stream.evaluation_plans
    if revision.changes:
        evaluation_plans = [*evaluation_plans, revision.plan]
    return stream.model_copy(
        update={
            "plans": [*stream.plans, next_plan],
            "evaluation_plans": evaluation_plans,
            "reflections": [*stream.reflections, reflection],
        }
    )


def _predicted(window: Sequence[CandidateOutcome], plan: Plan, first: Plan) -> float:
    """Return the yield, at the fixed mix, of the seen candidates that the plan would let through."""
    book = RuleBook.of(plan.rules)
    kept = [outcome for outcome in window if not book.violated(outcome.goals)]
    return round(mixed_yield(kept, first.goals).value, 4)


def _reflection_id(stream: PlanStream, now: Circumstances) -> str:
    return content_id("reflection", [stream.id, now.iteration])


def _of(window: Sequence[CandidateOutcome], iteration: int) -> list[CandidateOutcome]:
    return [outcome for outcome in window if outcome.iteration == iteration]


def _causes(window: Sequence[CandidateOutcome]) -> dict[str, int]:
    counts = Counter(outcome.cause for outcome in window if outcome.cause)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _weight_changes(
    before: dict[str, float], after: dict[str, float]
) -> dict[str, tuple[float, float]]:
    return {
        f"goals/{goal}": (before.get(goal, 0.0), weight)
        for goal, weight in after.items()
        if abs(weight - before.get(goal, 0.0)) > 1e-9
    }

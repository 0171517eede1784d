from collections.abc import Sequence

from seawright_orchestrator.core.synthesis.plans import full_evaluation_plan
from seawright_orchestrator.core.synthesis.reflection import Circumstances, Mode, reflect
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, PlanStream
from tests.unit.orchestrator.core.synthesis.builders import outcome, plan


def stream(window: Sequence[CandidateOutcome]) -> PlanStream:
    return PlanStream(
        id="stream_1",
        index=0,
        plans=[plan(goals={"cancel": 1.0})],
        evaluation_plans=[full_evaluation_plan("stream_1")],
        window=list(window),
    )


def failing(iteration: int, num: int) -> list[CandidateOutcome]:
    return [
        outcome(iteration, accepted=False, cause="not pending", status="sent") for _ in range(num)
    ]


def passing(iteration: int, num: int) -> list[CandidateOutcome]:
    return [outcome(iteration, status="pending") for _ in range(num)]


def at(iteration: int, mode: Mode = "reflect", *, is_last: bool = False) -> Circumstances:
    return Circumstances(mode=mode, iteration=iteration, is_last=is_last)


def test_a_revision_stores_its_diff_and_predicts_its_yield():
    after = reflect(stream([*failing(0, 30), *passing(0, 10)]), at(0))
    (reflection,) = after.reflections
    assert [rule.cause for rule in reflection.diff.added] == ["not pending"]
    assert reflection.predicted_yield == 1.0
    assert reflection.observed_yield is None
    assert (reflection.plan_from, reflection.plan_to) == (after.plans[0].id, after.plans[1].id)
    assert after.plan.parent == after.plans[0].id
    assert after.plan.rules[0].born_in == reflection.id
    assert reflection.causes == {"not pending": 30}


def test_reflecting_twice_on_the_same_gives_the_same_ids():
    before = stream([*failing(0, 30), *passing(0, 10)])
    assert reflect(before, at(0)) == reflect(before, at(0))


def test_without_evolution_nothing_is_revised():
    before = stream([*failing(0, 30), *passing(0, 10)])
    assert reflect(before, at(0, "none")) is before


def revised_then(later: Sequence[CandidateOutcome]) -> PlanStream:
    first = reflect(stream([*failing(0, 30), *passing(0, 30)]), at(0))
    return first.model_copy(update={"window": [*first.window, *later]})


def test_a_better_plan_is_accepted_with_its_observed_yield():
    after = reflect(revised_then([*failing(1, 2), *passing(1, 58)]), at(1))
    assert after.reflections[0].accepted is True
    assert after.reflections[0].observed_yield == round(58 / 60, 4)


def test_a_worse_plan_is_rolled_back_and_its_rules_are_not_found_again():
    before = revised_then([*failing(1, 55), *passing(1, 5)])
    bad = before.plan.rules[0]
    after = reflect(before, at(1))
    assert after.reflections[0].accepted is False
    assert after.reflections[1].diff.retired == [bad.id]
    assert [rule.status for rule in after.plan.rules] == ["retired"]
    assert after.plan.goals == before.plans[0].goals
    assert after.plan.version == 2
    again = after.model_copy(update={"window": [*after.window, *passing(2, 30)]})
    assert bad.id not in {rule.id for rule in reflect(again, at(2)).reflections[-1].diff.added}


def test_a_small_fall_is_noise():
    after = reflect(revised_then([*failing(1, 32), *passing(1, 28)]), at(1))
    assert after.reflections[0].accepted is True


def test_the_last_iteration_judges_but_tries_nothing_new():
    before = revised_then([*failing(1, 2), *passing(1, 58)])
    after = reflect(before, at(1, is_last=True))
    assert after.plans == before.plans
    assert after.reflections[0].accepted is True


def test_the_last_iteration_still_rolls_back():
    after = reflect(revised_then([*failing(1, 55), *passing(1, 5)]), at(1, is_last=True))
    assert after.reflections[0].accepted is False
    assert len(after.plans) == 3


def test_the_control_makes_as_many_edits_blindly_and_never_rolls_back():
    window = [*failing(0, 30), *passing(0, 30)]
    mined, control = (reflect(stream(window), at(0, mode)) for mode in ("reflect", "random_edits"))
    assert len(control.plan.rules) == len(mined.plan.rules) == 1
    assert control.plan.rules[0].origin == "random"
    worse = control.model_copy(
        update={"window": [*control.window, *failing(1, 55), *passing(1, 5)]}
    )
    assert reflect(worse, at(1, "random_edits")).reflections[0].accepted is True

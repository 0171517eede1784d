import pytest

from seawright_orchestrator.core.synthesis.plans import (
    ABLATED_CHECKS,
    cell_share,
    draw_plans,
    frozen,
    full_evaluation_plan,
    grid,
    stamped,
)
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec
from tests.unit.orchestrator.core.synthesis.builders import literal, plan, rule

GOALS = ("cancel", "return", "exchange", "address")


def spec(num_streams: int = 4, **fields: object) -> SynthesisSpec:
    base: dict[str, object] = {
        "domain": "toy",
        "database": DatabaseRef(domain="toy"),
        "num_streams": num_streams,
    }
    return SynthesisSpec.model_validate({**base, **fields})


def test_the_same_run_draws_the_same_plans_and_another_seed_other_ones():
    first = draw_plans("run", spec(), GOALS)
    assert draw_plans("run", spec(), GOALS) == first
    assert [pair.plan.theme for pair in draw_plans("run", spec(seed=1), GOALS)] != [
        pair.plan.theme for pair in first
    ]


def test_each_stream_looks_for_another_goal_until_all_goals_had_their_turn():
    themes = [pair.plan.theme.split()[0] for pair in draw_plans("run", spec(4), GOALS)]
    assert sorted(themes) == sorted(GOALS)


@pytest.mark.parametrize("num_streams", [8, 16])
def test_plans_together_cover_the_grid_more_evenly_than_each_alone(num_streams: int):
    pairs = draw_plans("run", spec(num_streams), GOALS)
    cells = grid(GOALS, 2)

    def spread(shares: list[float]) -> float:
        return max(shares) / (sum(shares) / len(shares))

    alone = min(spread([cell_share(pair.plan, cell) for cell in cells]) for pair in pairs)
    together = spread([sum(cell_share(pair.plan, cell) for pair in pairs) for cell in cells])
    assert together < alone / 2


def test_a_plans_shares_add_up_to_one_over_the_grid():
    (pair,) = draw_plans("run", spec(1), GOALS)
    total = sum(cell_share(pair.plan, cell) for cell in grid(GOALS, 2))
    assert total == pytest.approx(1.0)


def test_every_plan_still_draws_everything():
    for pair in draw_plans("run", spec(), GOALS):
        assert set(pair.plan.goals) == set(GOALS)
        assert min(pair.plan.goals.values()) > 0
        assert min(pair.plan.disclosures.values()) > 0


def test_without_verification_only_execution_is_checked():
    (pair,) = draw_plans("run", spec(1, verification=False), GOALS)
    assert tuple(check.id for check in pair.evaluation_plan.task_checks) == ABLATED_CHECKS


def test_an_id_follows_the_content():
    one = plan()
    assert stamped(one) == one
    assert stamped(one.model_copy(update={"theme": "other"})).id != one.id


def test_a_frozen_plan_keeps_its_rules_and_draws_no_probes():
    held = rule("r", "cancel", literal("a", "==", 1))
    still = frozen(
        plan(held, goals={"cancel": 0.9, "return": 0.1}), ["cancel", "return"], balanced=True
    )
    assert still.rules == [held]
    assert still.probe_rate == 0
    assert still.goals == {"cancel": 0.5, "return": 0.5}


def test_frozen_plans_are_held_to_every_check():
    names = [check.id for check in full_evaluation_plan("s").task_checks]
    assert set(names) >= {"execution", "policy", "selftest", "oracle", "contamination"}
    assert names.index("duplicate") < names.index("execution")

import pytest

from seawright_orchestrator.core.synthesis.coverage import Cell, cell_share, grid, kinds_of
from seawright_orchestrator.core.synthesis.plans import (
    ABLATED_CHECKS,
    REFERENCES,
    draw_plans,
    frozen,
    full_evaluation_plan,
    goal_shares,
    stamped,
)
from seawright_shared.records.domains import DatabaseRef, Domain, GoalKind
from seawright_shared.records.plans import Plan
from seawright_shared.records.specs import SynthesisSpec
from tests.unit.orchestrator.core.synthesis.builders import literal, plan, rule

GOALS = ("cancel", "return", "exchange", "address")
DISCLOSURES = ("upfront", "on_ask", "piecemeal")
KINDS = [
    GoalKind(name="cancel", outcome="fulfil", policy_rules=["window", "reason"]),
    GoalKind(name="return", outcome="fulfil"),
    GoalKind(name="exchange", outcome="refuse", policy_rules=["window"]),
    GoalKind(name="address", outcome="fulfil", dual_control=True),
]
GRID = grid(KINDS, 2, DISCLOSURES, REFERENCES)


def spec(num_streams: int = 4, **fields: object) -> SynthesisSpec:
    base: dict[str, object] = {
        "domain": "toy",
        "database": DatabaseRef(domain="toy"),
        "num_streams": num_streams,
    }
    return SynthesisSpec.model_validate({**base, **fields})


def share(of: Plan, cell: Cell) -> float:
    return cell_share(of, cell, 2 if cell.goal == "cancel" else 1)


def test_the_same_run_draws_the_same_plans_and_another_seed_other_ones():
    first = draw_plans("run", spec(), KINDS, DISCLOSURES)
    assert draw_plans("run", spec(), KINDS, DISCLOSURES) == first
    assert [pair.plan.theme for pair in draw_plans("run", spec(seed=1), KINDS, DISCLOSURES)] != [
        pair.plan.theme for pair in first
    ]


def test_each_stream_looks_for_another_goal_until_all_goals_had_their_turn():
    themes = [pair.plan.theme.split()[0] for pair in draw_plans("run", spec(4), KINDS, DISCLOSURES)]
    assert sorted(themes) == sorted(GOALS)


@pytest.mark.parametrize("num_streams", [8, 16])
def test_plans_together_cover_the_grid_more_evenly_than_each_alone(num_streams: int):
    pairs = draw_plans("run", spec(num_streams), KINDS, DISCLOSURES)

    def spread(shares: list[float]) -> float:
        return max(shares) / (sum(shares) / len(shares))

    alone = min(spread([share(pair.plan, cell) for cell in GRID]) for pair in pairs)
    together = spread([sum(share(pair.plan, cell) for pair in pairs) for cell in GRID])
    assert together < alone / 2


def test_a_plans_shares_add_up_to_one_over_the_grid():
    (pair,) = draw_plans("run", spec(1), KINDS, DISCLOSURES)
    total = sum(share(pair.plan, cell) for cell in GRID)
    assert total == pytest.approx(1.0)


def test_every_plan_still_draws_everything():
    for pair in draw_plans("run", spec(), KINDS, DISCLOSURES):
        assert set(pair.plan.goals) == set(GOALS)
        assert min(pair.plan.goals.values()) > 0
        assert min(pair.plan.disclosures.values()) > 0


def test_without_verification_only_execution_is_checked():
    (pair,) = draw_plans("run", spec(1, verification=False), KINDS, DISCLOSURES)
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


def test_the_grid_knows_outcome_party_rule_and_tier_of_each_cell():
    assert len(GRID) == 5 * len(DISCLOSURES) * len(REFERENCES) * 2
    refused = [cell for cell in GRID if cell.goal == "exchange"]
    assert {(cell.outcome, cell.policy_rule, cell.dual_control) for cell in refused} == {
        ("refuse", "window", False)
    }
    assert {cell.dual_control for cell in GRID if cell.goal == "address"} == {True}
    easiest = [cell for cell in GRID if cell.tier == 1]
    assert {(cell.disclosure, cell.reference, cell.num_goals) for cell in easiest} == {
        ("upfront", "id", 1)
    }


def test_the_rules_of_a_goal_have_their_turns_too():
    themes = [pair.plan.theme for pair in draw_plans("run", spec(16), KINDS, DISCLOSURES)]
    about = [theme for theme in themes if theme.startswith("cancel")]
    assert any("rule window" in theme for theme in about)
    assert any("rule reason" in theme for theme in about)


def test_a_goal_that_the_domain_does_not_describe_is_to_be_fulfilled():
    domain = Domain(
        name="toy",
        version="1",
        domain_policy="",
        tools=[],
        goal_types=["cancel", "return"],
        features=[],
        goal_kinds=[GoalKind(name="cancel", outcome="refuse", policy_rules=["window"])],
    )
    known, unknown = kinds_of(domain, ["cancel", "return"])
    assert known.outcome == "refuse"
    assert unknown == GoalKind(name="return", outcome="fulfil")


def test_refusals_do_not_outweigh_wishes_that_are_fulfilled_however_many_kinds_there_are():
    kinds = [
        *(GoalKind(name=f"fulfil_{n}", outcome="fulfil") for n in range(3)),
        *(GoalKind(name=f"refuse_{n}", outcome="refuse") for n in range(9)),
        GoalKind(name="info", outcome="info"),
    ]
    shares = goal_shares(kinds)
    assert sum(shares.values()) == pytest.approx(1.0)
    refused = sum(share for name, share in shares.items() if name.startswith("refuse"))
    assert refused == pytest.approx(0.2 / 0.9)
    assert len({shares[f"refuse_{n}"] for n in range(9)}) == 1


def test_goals_of_one_outcome_share_everything():
    kinds = [GoalKind(name=name, outcome="refuse") for name in ("a", "b")]
    assert goal_shares(kinds) == {"a": 0.5, "b": 0.5}

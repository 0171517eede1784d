import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.synthesis.rules import RuleBook, goal_rows, violates
from seawright_orchestrator.core.synthesis.state import GoalRow
from seawright_shared.records.literals import holds
from seawright_shared.records.plans import Literal_
from tests.unit.orchestrator.core.synthesis.builders import draft, literal, rule


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">=", "in"])
def test_a_test_of_a_missing_feature_is_false_whatever_it_says(op: str):
    test = Literal_.model_validate({"feature": "x", "op": op, "value": 1})
    assert not holds(test, {"y": 1})


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_numeric_tests_agree_with_arithmetic(found: int, wanted: int):
    features = {"x": found}
    assert holds(literal("x", "<", wanted), features) == (found < wanted)
    assert holds(literal("x", "<=", wanted), features) == (found <= wanted)
    assert holds(literal("x", ">", wanted), features) == (found > wanted)
    assert holds(literal("x", ">=", wanted), features) == (found >= wanted)
    assert holds(literal("x", "==", wanted), features) == (found == wanted)
    assert holds(literal("x", "!=", wanted), features) == (found != wanted)


def test_true_is_not_one_and_words_have_no_order():
    assert not holds(literal("x", "==", 1), {"x": True})
    assert holds(literal("x", "!=", 1), {"x": True})
    assert not holds(literal("x", ">", 0), {"x": True})
    assert not holds(literal("x", ">", 0), {"x": "many"})


def test_in_tests_membership():
    test = Literal_(feature="x", op="in", value=["a", "b"])
    assert holds(test, {"x": "a"})
    assert not holds(test, {"x": "c"})


def test_a_rule_needs_all_its_tests_its_scope_and_to_be_active():
    both = rule("r", "cancel", literal("a", "==", 1), literal("b", "==", 2))
    assert violates(both, GoalRow(type="cancel", features={"a": 1, "b": 2}))
    assert not violates(both, GoalRow(type="cancel", features={"a": 1, "b": 3}))
    assert not violates(both, GoalRow(type="return", features={"a": 1, "b": 2}))
    assert violates(
        both.model_copy(update={"scope": "*"}), GoalRow(type="return", features={"a": 1, "b": 2})
    )
    retired = both.model_copy(update={"status": "retired"})
    assert not violates(retired, GoalRow(type="cancel", features={"a": 1, "b": 2}))


def test_one_violating_goal_is_enough():
    late = rule("r", "return", literal("status", "==", "pending"))
    rows = goal_rows(draft(1, "cancel", "return", "return", status="pending"))
    assert RuleBook.of([late]).violated(rows) == [late]


def test_rows_show_the_draft_around_the_goal():
    rows = goal_rows(draft(1, "cancel", "return"))
    assert [row.features["draft.position"] for row in rows] == [0, 1]
    assert rows[0].features["draft.num_goals"] == 2
    assert rows[0].features["draft.reference"] == "id"


def test_the_book_agrees_with_the_rules_one_by_one():
    rules = [
        rule("a", "cancel", literal("n", ">", 2)),
        rule("b", "*", literal("n", "==", 1)),
        rule("c", "return", literal("n", "<", 9), status="retired"),
    ]
    for goal in ("cancel", "return"):
        for number in range(5):
            row = GoalRow(type=goal, features={"n": number})
            alone = [one for one in rules if violates(one, row)]
            assert RuleBook.of(rules).violated([row]) == alone

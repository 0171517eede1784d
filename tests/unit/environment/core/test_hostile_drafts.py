"""Whatever comes over the wire as a draft is checked, not crashed on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, DraftGoal
from tests.support.synthesis import AUTHOR, CHECKS, SHOP, check, drafts, order

REAL = drafts(order(60, seed=13))
ARGUMENTS = sorted({name for draft in REAL for goal in draft.goals for name in goal.arguments})
VALUES = [value for draft in REAL for goal in draft.goals for value in goal.arguments.values()]
odd_values = st.sampled_from([*VALUES, None, 3, 1.5, "", "#W0", [], [None], [["x"]], {"a": 1}])
goals = st.one_of(
    st.sampled_from([goal for draft in REAL for goal in draft.goals]),
    st.builds(
        lambda goal, name, value: goal.model_copy(
            update={"arguments": {**goal.arguments, **({name: value} if name else {})}}
        ),
        st.sampled_from([goal for draft in REAL for goal in draft.goals]),
        st.sampled_from(ARGUMENTS),
        odd_values,
    ),
    st.builds(
        DraftGoal,
        type=st.sampled_from([*AUTHOR.goal_types, "fly"]),
        arguments=st.dictionaries(st.sampled_from(ARGUMENTS), odd_values, max_size=8),
        entity=st.text(max_size=5),
        features=st.just({}),
    ),
)
hostile = st.builds(
    Draft,
    id=st.just("draft_x"),
    domain=st.sampled_from(["retail", "bakery"]),
    database=st.just(SHOP),
    customer_id=st.sampled_from([*(draft.customer_id for draft in REAL), "nobody_1"]),
    goals=st.lists(goals, max_size=3),
    disclosure=st.sampled_from(["upfront", "on_ask", "distractor"]),
    reference=st.sampled_from(["id", "item", "status"]),
    persona=st.sampled_from(["plain", "odd"]),
)
some_checks = st.lists(
    st.builds(
        CheckConfig,
        id=st.sampled_from([config.id for config in CHECKS]),
        enabled=st.booleans(),
        on_fail=st.sampled_from(["reject", "repair", "flag"]),
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(draft=hostile, checks=some_checks)
def test_any_draft_under_any_checks_has_an_outcome(draft: Draft, checks: list[CheckConfig]):
    outcome = check(draft, checks or [CheckConfig(id="schema", enabled=False)])
    if outcome.task is None:
        assert not outcome.verdicts[-1].ok
        assert outcome.verdicts[-1].failure_class

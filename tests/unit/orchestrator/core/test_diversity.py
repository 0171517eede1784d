"""Laws of the diversity figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.diversity import (
    compression_ratio,
    distinct,
    diversity,
    gini,
    template_share,
)
from seawright_shared.records.domains import DatabaseRef, Outcome
from seawright_shared.records.tasks import GoldenAction, Scenario, Task, Wish


def task(number: int, names: str, outcome: Outcome = "fulfil", rule: str = "r1") -> Task:
    return Task(
        id=f"task_{number}",
        domain="retail",
        database=DatabaseRef(domain="retail"),
        customer_id=f"c{number % 2}",
        scenario=Scenario(
            persona="plain", opening=f"Cancel order #W{number}.", wishes=[Wish(text="to cancel")]
        ),
        golden_actions=[GoldenAction(id=name, name=name, arguments={}) for name in names],
        goal_types=["cancel"],
        outcome=outcome,
        policy_rules=[rule],
        pair="p" if number < 2 else None,
    )


def test_the_figures_of_a_small_set_are_those_counted_by_hand():
    tasks = [
        task(0, "abc"),
        task(1, "abd", "refuse"),
        task(2, "abc", "transfer", "r2"),
        task(3, "ab", "info", "r3"),
    ]
    found = diversity(tasks, {"r1", "r2", "r3", "r4"})
    assert (found.num_sequences, found.num_bigrams, found.num_trigrams) == (3, 3, 2)
    assert (found.num_cells, found.cell_entropy, found.cell_evenness) == (4, 2.0, 1.0)
    assert (found.rules_allowing, found.rules_denying) == ({"r1": 1}, {"r1": 1, "r2": 1})
    assert (found.rules_one_sided, found.rules_unseen) == (["r2"], ["r3", "r4"])
    assert found.num_pairs == 1
    assert found.entity_gini == 0.0
    assert found.template_share == 1.0
    assert found.outcomes == {"fulfil": 1, "info": 1, "refuse": 1, "transfer": 1}


def test_nothing_is_no_error():
    assert diversity([], {"r1"}).rules_unseen == ["r1"]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_gini_is_zero_for_equals_and_below_one_always(counts: list[int]):
    assert gini([counts[0]] * len(counts)) == pytest.approx(0.0, abs=1e-4)
    assert -1e-4 <= gini(counts) < 1.0


def test_gini_is_what_the_mean_difference_says():
    counts = [1, 2, 9]
    differences = sum(abs(a - b) for a in counts for b in counts)
    assert gini(counts) == pytest.approx(differences / (2 * 3 * sum(counts)), abs=1e-4)


def test_repeated_words_lower_distinct_and_raise_the_ratio():
    same, other = ["one two three"] * 20, [f"w{i} x{i} y{i}" for i in range(20)]
    assert distinct(same, 1) < distinct(other, 1)
    assert distinct(same, 2) < distinct(other, 2)
    assert compression_ratio(same) > compression_ratio(other)


def test_openings_that_differ_by_names_and_ids_alone_share_a_template():
    assert template_share(["I am Ann, order #W1.", "I am Bob, order #W2.", "Hi there."]) == 0.6667

"""Laws of what comes into a dataset version."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.dataset_items import selection, signature_of, within_shares
from seawright_orchestrator.core.near_duplicates import bonds_of, bound, structure_key
from seawright_shared.records.domains import DatabaseRef, Outcome
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import GoldenAction, PatchOp, Scenario, Task, Wish

OUTCOMES: tuple[Outcome, ...] = ("fulfil", "refuse", "transfer", "info")


def task(number: int, customer: str = "", **changes: Any) -> Task:
    plain = Task(
        id=f"task_{number}",
        domain="retail",
        database=DatabaseRef(domain="retail", seed=1),
        customer_id=customer or f"customer_{number}",
        scenario=Scenario(persona="plain", opening="hi", wishes=[Wish(text="to look")]),
        golden_actions=[GoldenAction(id="a", name=f"tool_{number % 3}", arguments={"n": number})],
    )
    return plain.model_copy(update=changes)


def spec(**changes: Any) -> DatasetSpec:
    plain: dict[str, Any] = {"name": "d", "kind": "rl_tasks", "synthesis_run_ids": ["srun_1"]}
    return DatasetSpec(**{**plain, **changes})


def pair(number: int) -> list[Task]:
    """Two halves: the same words and gold, another start."""
    start = [PatchOp(path=["orders", "o", "status"], op="set", value="delivered")]
    return [
        task(number, "ann", id=f"in_{number}", pair=f"p{number}"),
        task(number, "ann", id=f"out_{number}", pair=f"p{number}", initial_patch=start),
    ]


def chosen(tasks: list[Task], wanted: DatasetSpec) -> list[Task]:
    return [tasks[index] for index in selection(tasks, wanted).chosen]


def test_selection_repeats_with_its_seed_and_respects_both_caps():
    tasks = [task(number) for number in range(40)]
    capped = spec(max_per_signature=2, seed=3)
    assert chosen(tasks, capped) == chosen(tasks, capped)
    assert set(Counter(map(signature_of, chosen(tasks, capped))).values()) == {2}
    assert len(chosen(tasks, spec(max_items=7))) == 7
    assert chosen(tasks, spec(seed=1)) != chosen(tasks, spec(seed=2))


def test_halves_of_a_pair_are_no_duplicates_and_tasks_in_other_words_are():
    inside, outside = pair(1)
    assert structure_key(inside) != structure_key(outside)
    scenario = inside.scenario.model_copy(update={"persona": "brief", "opening": "Hello!"})
    again = inside.model_copy(update={"id": "again", "scenario": scenario})
    found = selection([inside, outside, again], spec())
    assert found.num_duplicates == 1
    assert len(found.chosen) == 2


@given(st.integers(1, 30), st.integers(0, 8), st.integers(0, 9), st.floats(0.1, 1.0))
def test_halves_of_a_pair_come_in_together_or_not_at_all(
    most: int, num_pairs: int, seed: int, share: float
):
    tasks = [half for number in range(num_pairs) for half in pair(number)]
    tasks = [t.model_copy(update={"outcome": OUTCOMES[i % 2]}) for i, t in enumerate(tasks)]
    tasks += [task(100 + number) for number in range(10)]
    found = chosen(tasks, spec(max_items=most, seed=seed, outcome_shares={"refuse": share}))
    assert set(Counter(t.pair for t in found if t.pair).values()) <= {2}
    assert len(found) <= most


@given(st.lists(st.sampled_from(OUTCOMES), max_size=40), st.floats(0.0, 1.0))
def test_no_outcome_exceeds_its_share_of_what_stays(outcomes: list[Outcome], share: float):
    tasks = [task(i, outcome=outcome) for i, outcome in enumerate(outcomes)]
    kept = [tasks[place] for place in within_shares(tasks, {"refuse": share})]
    refused = sum(t.outcome == "refuse" for t in kept)
    assert refused <= share * len(kept) + 1e-6
    assert [t for t in kept if t.outcome != "refuse"] == [t for t in tasks if t.outcome != "refuse"]


def test_whoever_shares_a_customer_or_a_pair_stays_together():
    tasks = [
        task(0, "ann"),
        task(1, "bob", pair="p"),
        task(2, "cid"),
        task(3, "ann", pair="q"),
        task(4, "dan", pair="p"),
        task(5, "dan", pair="q"),
    ]
    assert bound([bonds_of(t) for t in tasks]) == [[0, 1, 3, 4, 5], [2]]

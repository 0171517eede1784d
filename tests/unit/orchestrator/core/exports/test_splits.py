"""Laws of the splits of an export."""

from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.exports.splits import splits

BONDS = st.dictionaries(
    st.integers(0, 200).map(str),
    st.tuples(st.integers(0, 40), st.integers(0, 60) | st.none()).map(
        lambda both: [f"customer {both[0]}", *([] if both[1] is None else [f"pair {both[1]}"])]
    ),
    max_size=60,
)


@given(BONDS, st.floats(0.0, 0.9), st.integers(0, 5))
def test_no_customer_and_no_pair_is_in_both_splits(
    bonds: dict[str, list[str]], share: float, seed: int
):
    found = splits(bonds, test_share=share, seed=seed)
    assert found.keys() == bonds.keys()
    sides: dict[str, set[str]] = {}
    for task, names in bonds.items():
        for name in names:
            sides.setdefault(name, set()).add(found[task])
    assert all(len(of) == 1 for of in sides.values())


def test_the_share_is_met_over_many_customers_and_more_tasks_move_none():
    bonds = {str(number): [f"customer {number}"] for number in range(4000)}
    found = splits(bonds, test_share=0.2, seed=1)
    assert 0.17 < sum(split == "test" for split in found.values()) / 4000 < 0.23
    few = splits({key: bonds[key] for key in list(bonds)[:100]}, test_share=0.2, seed=1)
    assert all(found[task] == split for task, split in few.items())
    assert set(splits(bonds, test_share=0.0, seed=1).values()) == {"train"}

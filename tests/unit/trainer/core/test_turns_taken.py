"""Laws of turns taken by weight: fair at every moment, and told without playing the past."""

from hypothesis import given
from hypothesis import strategies as st

from seawright_trainer.core.turns_taken import turns_taken

WEIGHTS = st.lists(st.floats(0.05, 20.0), min_size=1, max_size=6)


@given(weights=WEIGHTS, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_any_cuts_of_the_order_are_one_order(weights: list[float], cuts: list[int]):
    whole = turns_taken(weights, first=0, num=sum(cuts))
    parts = [
        turn
        for place, num in enumerate(cuts)
        for turn in turns_taken(weights, first=sum(cuts[:place]), num=num)
    ]
    assert parts == whole
    assert len(whole) == sum(cuts)


@given(weights=WEIGHTS, num=st.integers(1, 300))
def test_nobody_is_ever_far_from_his_share(weights: list[float], num: int):
    turns = turns_taken(weights, first=0, num=num)
    for of, weight in enumerate(weights):
        mine = [turn.before for turn in turns if turn.of == of]
        assert mine == list(range(len(mine))), "each turn of a party once, in order"
        share = weight / sum(weights) * num
        assert abs(len(mine) - share) <= len(weights) / 2 + 1


def test_shares_that_fit_a_step_are_exact_in_every_step():
    for step in range(50):
        turns = turns_taken([3.0, 1.0], first=8 * step, num=8)
        assert [sum(turn.of == of for turn in turns) for of in (0, 1)] == [6, 2]

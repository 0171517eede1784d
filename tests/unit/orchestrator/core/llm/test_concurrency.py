from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.llm.concurrency import Window


def test_a_bad_call_cuts_the_window_to_three_quarters():
    window = Window(most=16, size=8.0)
    window.bad(window.num_cuts)
    assert window.size == 6.0


def test_calls_that_were_sent_before_a_cut_do_not_cut_again():
    window = Window(most=16, size=8.0)
    for _ in range(5):
        window.bad(0)
    assert window.size == 6.0


def test_a_whole_window_of_good_calls_widens_it_by_one():
    window = Window(most=16, size=4.0)
    for _ in range(3):
        window.good()
    assert window.num_allowed == 4
    window.good()
    assert window.num_allowed == 5


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 20))
def test_the_window_stays_between_one_and_the_most(good: list[bool], most: int):
    window = Window(most=most)
    for is_good in good:
        window.good() if is_good else window.bad(window.num_cuts)
        assert 1 <= window.num_allowed <= most

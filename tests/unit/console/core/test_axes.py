from hypothesis import given
from hypothesis import strategies as st

from seawright_console.core.axes import axis_over, counted, tick_step

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_an_axis_holds_all_its_values_between_its_ends(values: list[float]):
    axis = axis_over(values, 0.0, 100.0)
    assert all(-1e-6 <= axis.at(value) <= 100 + 1e-6 for value in values)
    assert 2 <= len(axis.ticks) <= 14


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=20))
def test_a_whole_axis_has_whole_ticks(values: list[int]):
    axis = axis_over([float(value) for value in values], 0.0, 100.0, whole=True)
    assert all(tick == round(tick) for tick in axis.ticks)
    assert axis.low <= min(values)
    assert max(values) <= axis.high


@given(st.floats(1e-6, 1e6))
def test_a_tick_step_is_round_and_not_much_larger_than_asked(rough: float):
    step = tick_step(rough)
    assert rough * (1 - 1e-6) <= step <= 2.6 * rough
    assert f"{step:e}"[0] in "125"


@given(st.integers(0, 500))
def test_columns_are_counted_from_zero_with_few_ticks(num_columns: int):
    ticks = counted(num_columns)
    assert ticks[0] == 0
    assert len(ticks) <= 14

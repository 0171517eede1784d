"""Laws of readings: everything that fits is found, and only what fits."""

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.references import ambiguity_of, reading


@given(st.lists(st.integers(0, 20), max_size=12, unique=True), st.integers(0, 20))
def test_a_reading_holds_exactly_what_all_that_is_told_is_true_of(numbers: list[int], least: int):
    told = [lambda n: n % 2 == 0, lambda n: n >= least]
    found = reading("several are even", "4", numbers, told, str)
    assert found.fitting == tuple(str(n) for n in numbers if n % 2 == 0 and n >= least)
    assert found.is_clear is (found.fitting == ("4",))


def test_the_first_unclear_phrase_is_told_with_the_number_of_things_that_fit():
    clear = reading("a", "1", [1, 2], [lambda n: n == 1], str)
    two = reading("several are small", "1", [1, 2], [], str)
    none = reading("several are gone", "1", [], [], str)
    assert ambiguity_of([clear]) is None
    assert ambiguity_of([clear, two, none]) == "several are small: 2 fit"
    assert ambiguity_of([none]) == "several are gone: 0 fit"


def test_a_phrase_that_fits_another_thing_only_is_unclear():
    assert not reading("a", "1", [1, 2], [lambda n: n == 2], str).is_clear

"""Populations obey the laws of a mapping, whatever their size."""

import itertools
import threading
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core import populations
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.populations import (
    Ids,
    Population,
    ids_of,
    scrambled,
    seed_of,
    unscrambled,
)

SEEDS = st.integers(min_value=-(2**70), max_value=2**70)


def _population(size: int, made: list[int] | None = None) -> Population:
    def index_of(key: str) -> int | None:
        digits = key.removeprefix("c")
        is_own = key.startswith("c") and digits.isdecimal() and digits.isascii()
        index = unscrambled(int(digits), 1000, 7) if is_own and int(digits) < 1000 else None
        return index if index is not None and id_of(index) == key else None

    def id_of(index: int) -> str:
        return f"c{scrambled(index, 1000, 7):03d}"

    def make(index: int) -> JsonObject:
        if made is not None:
            made.append(index)
        return {"id": id_of(index), "index": index}

    return Population(size=size, id_of=id_of, index_of=index_of, make=make)


@given(size=st.integers(1, 400), seed=SEEDS)
def test_scrambling_is_a_permutation(size: int, seed: int):
    places = [scrambled(index, size, seed) for index in range(size)]
    assert sorted(places) == list(range(size))


@given(data=st.data(), size=st.integers(1, 2**40), seed=SEEDS)
def test_unscrambling_undoes_scrambling(data: st.DataObject, size: int, seed: int):
    index = data.draw(st.integers(0, size - 1))
    assert unscrambled(scrambled(index, size, seed), size, seed) == index
    assert scrambled(unscrambled(index, size, seed), size, seed) == index


def test_neighbours_are_scattered_evenly():
    size, num = 9_000_000, 20_000
    places = [scrambled(index, size, 3) for index in range(num)]
    tenths = [sum(place * 10 // size == tenth for place in places) for tenth in range(10)]
    assert all(abs(count - num / 10) < 250 for count in tenths)
    rising = sum(after > before for before, after in itertools.pairwise(places))
    assert abs(rising - num / 2) < 500


def test_another_seed_is_another_permutation():
    one, other = ([scrambled(i, 1000, seed) for i in range(1000)] for seed in (1, 2))
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 20


def test_what_is_outside_the_range_is_a_bug():
    with pytest.raises(AssertionError):
        scrambled(5, 5, 1)
    with pytest.raises(AssertionError):
        unscrambled(-1, 5, 1)


def test_a_seed_is_named_by_all_its_parts():
    assert seed_of("retail", 1, "users") == seed_of("retail", 1, "users")
    assert len({seed_of("retail", 1), seed_of("retail", 2), seed_of("retail/1", "")}) == 3


@given(size=st.integers(0, 60))
def test_a_population_is_the_mapping_of_its_entities(size: int):
    population = _population(size)
    table = dict(population)
    assert len(population) == len(table) == size
    assert list(population) == list(table) == [entity["id"] for entity in table.values()]
    assert population == table
    assert all(key in population and population[key] == table[key] for key in table)
    assert list(population.items()) == list(table.items())
    assert [population.position(key) for key in table] == list(range(size))


@given(size=st.integers(0, 60), key=st.one_of(st.text(max_size=6), st.integers(), st.none()))
def test_a_foreign_key_is_no_key(size: int, key: object):
    population = _population(size)
    ids = set(population)
    assert (key in population) == (key in ids)
    assert (population.get(cast("str", key)) is None) == (key not in ids)


def test_an_id_beyond_the_size_is_no_key():
    small, large = _population(10), _population(11)
    extra = list(large)[10]
    assert extra in large
    assert extra not in small
    with pytest.raises(KeyError):
        small[extra]


def test_an_unhashable_key_is_refused_as_in_a_dict():
    with pytest.raises(TypeError):
        _ = [] in _population(3)
    with pytest.raises(TypeError):
        _population(3).get(cast("str", []))


def test_an_entity_is_made_at_its_first_read_and_kept():
    made: list[int] = []
    population = _population(1000, made)
    assert len(population) == 1000
    assert list(population)
    assert made == []
    key = population.id_at(500)
    assert population[key] is population[key]
    assert made == [500]


def test_what_is_kept_is_bounded_and_what_was_let_go_is_made_again_equal(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(populations, "NUM_KEPT", 3)
    made: list[int] = []
    population = _population(10, made)
    keys = list(population)
    first = [population[key] for key in keys]
    again = [population[key] for key in keys]
    assert first == again
    assert made == [*range(10), *range(10)]
    assert population[keys[9]] is again[9]


def test_threads_see_one_entity():
    population = _population(1000)
    keys = list(population)
    seen: list[list[JsonObject]] = []

    def read() -> None:
        seen.append([population[key] for key in keys])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(entity is seen[0][i] for read in seen for i, entity in enumerate(read))


@given(size=st.integers(1, 40), data=st.data())
def test_ids_are_a_sequence_made_one_by_one(size: int, data: st.DataObject):
    population = _population(size)
    ids, listed = ids_of(population), list(population)
    assert isinstance(ids, Ids)
    assert list(ids) == listed
    index = data.draw(st.integers(-size, size - 1))
    assert ids[index] == listed[index]
    assert ids[1:7:2] == listed[1:7:2]
    with pytest.raises(IndexError):
        ids[size]
    with pytest.raises(IndexError):
        ids[-size - 1]


def test_the_ids_of_a_plain_table_are_listed():
    assert ids_of({"b": {}, "a": {}}) == ["b", "a"]

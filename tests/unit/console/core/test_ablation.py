import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_console.core.ablation import ARMS, Options, cell_key, cell_specs
from seawright_shared.errors import InvalidRequestError
from tests.unit.console import made_up

BASE = made_up.synthesis().run.spec


def total(spec: object) -> int:
    assert isinstance(spec, type(BASE))
    return spec.num_streams * spec.num_iterations * spec.candidates_per_iteration


@given(streams=st.integers(5, 64), iterations=st.integers(1, 12), candidates=st.integers(1, 400))
def test_few_streams_draw_as_many_candidates_in_all(streams: int, iterations: int, candidates: int):
    base = BASE.model_copy(
        update={
            "num_streams": streams,
            "num_iterations": iterations,
            "candidates_per_iteration": candidates,
        }
    )
    few = ARMS["few streams"](base, Options())
    assert few.num_streams == 4
    assert few.candidates_per_iteration <= 2000
    assert 0 <= total(few) - total(base) < few.num_streams * few.num_iterations


def test_few_streams_are_fewer_even_of_a_small_run():
    assert ARMS["few streams"](BASE, Options()).num_streams == 1


def test_what_few_streams_cannot_draw_is_refused():
    huge = BASE.model_copy(
        update={"num_streams": 64, "num_iterations": 60, "candidates_per_iteration": 2000}
    )
    with pytest.raises(InvalidRequestError, match="64 is the most"):
        ARMS["few streams"](huge, Options())


def test_each_arm_leaves_out_one_thing():
    arms = {name: arm(BASE, Options()) for name, arm in ARMS.items()}
    assert arms["full"] == BASE
    assert arms["no verification"].verification is False
    assert arms["no evolution"].evolution == "none"
    assert arms["random edits"].evolution == "random_edits"
    changed = {
        name: {key for key, value in arm if value != getattr(BASE, key)}
        for name, arm in arms.items()
    }
    assert all(
        len(names) == 1 for name, names in changed.items() if name not in {"full", "few streams"}
    )


def test_every_arm_has_every_seed_of_run_and_database_and_no_early_end():
    base = BASE.model_copy(update={"num_accepted": 5})
    cells = cell_specs(base, Options(num_seeds=2), list(ARMS))
    assert [arm for arm, _ in cells] == [*ARMS, *ARMS]
    assert {(spec.seed, spec.database.seed) for _, spec in cells} == {
        (BASE.seed + at, BASE.database.seed + at) for at in range(2)
    }
    assert all(spec.num_accepted is None for _, spec in cells)
    assert len({cell_key(arm, spec, Options()) for arm, spec in cells}) == len(cells)


def test_a_cell_of_other_options_is_another_cell():
    assert cell_key("full", BASE, Options()) != cell_key("full", BASE, Options(num_heldout=9))


def test_an_arm_that_is_not_known_is_refused_by_name():
    with pytest.raises(InvalidRequestError, match="no arm"):
        cell_specs(BASE, Options(), ["ful"])

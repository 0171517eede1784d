import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_console.core.ablation import ARMS, Cell, Options
from seawright_console.core.ablation_results import (
    COLUMNS,
    by_arm,
    result_files,
    result_object,
    table_rows,
)
from seawright_console.core.ablation_statistics import arm_figures, clusters, entropy
from tests.unit.console import made_up

SPEC = made_up.synthesis().run.spec


def cell(arm: str, seed: int, last: float, *, wrong: int = 0) -> Cell:
    first = [at % 10 == 0 for at in range(60)]
    final = [at < 60 * last for at in range(60)]
    customers = [f"c{at % 20}" for at in range(60)]
    return Cell(
        arm=arm,
        seed=seed,
        spec=SPEC.model_copy(update={"seed": seed}),
        run_id=f"srun_{arm}_{seed}",
        yields=[(10, 100), (round(100 * last), 100)],
        first_accepted=first,
        first_customers=customers,
        last_accepted=final,
        last_customers=customers,
        num_accepted=round(100 * last),
        num_sequences=7,
        cells={"cancel|fulfil|1|upfront": 5, "cancel|refuse|2|on_ask": 3},
        causes=[{"exec:gone <b>": 9}, {"policy:no": 2}],
        num_let_through=40,
        num_wrong=wrong,
        seconds=2.0,
    )


CELLS = [
    each
    for seed in (1, 2, 3)
    for each in (
        cell("full", seed, 0.7),
        cell("no verification", seed, 0.5, wrong=20),
        cell("no evolution", seed, 0.1),
    )
]


def test_a_gain_is_told_with_an_interval_that_holds_it():
    full, lax, still = arm_figures(CELLS)
    assert full.gain.value == pytest.approx(0.6)
    assert 0.3 < full.gain.low < full.gain.value < full.gain.high
    assert still.gain.low <= 0 <= still.gain.high
    assert still.against_full is not None
    assert still.against_full.value == pytest.approx(-0.6)
    assert still.against_full.high < 0
    assert full.against_full is None
    assert lax.wrong_share.value == pytest.approx(0.5)
    assert full.wrong_share.high == 0.0


def test_the_same_cells_give_the_same_figures():
    assert arm_figures(CELLS) == arm_figures(CELLS)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", ""])), max_size=40))
def test_clusters_lose_no_candidate(found: list[tuple[bool, str]]):
    made = clusters([good for good, _ in found], [who for _, who in found])
    assert sum(num for _, num in made) == len(found)
    assert sum(good for good, _ in made) == sum(good for good, _ in found)
    nobody = sum(who == "" for _, who in found)
    assert len(made) == nobody + len({who for _, who in found if who})


def test_even_counts_have_the_most_entropy():
    assert entropy([4, 4, 4, 4]) == pytest.approx(2.0)
    assert entropy([16]) == 0.0
    assert entropy([]) == 0.0


def test_the_page_has_a_row_for_each_arm_and_names_figures_that_are_there():
    files = result_files("x", CELLS, Options(), {"commit": "abc"})
    page = files["x.md"]
    for arm in ("full", "no verification", "no evolution"):
        assert f"\n| {arm} | 0." in page
    assert "+0.60 [" in page
    for name, text in files.items():
        if name.endswith(".svg"):
            assert f"({name})" in page
            ET.fromstring(text)
    assert {"x-yields.svg", "x-causes.svg", "x-coverage.svg"} < set(files)


def test_the_narrow_table_holds_what_the_wide_one_does():
    rows = table_rows(arm_figures(CELLS))
    columns, turned = by_arm(arm_figures(CELLS))
    assert columns == ["arm", "full", "no verification", "no evolution"]
    assert [row[0] for row in turned] == list(COLUMNS[1:])
    assert turned[5][2] == rows[1][6]


def test_the_numbers_hold_every_cell():
    found = result_object(CELLS, Options(), {})
    assert isinstance(found["cells"], list)
    assert len(found["cells"]) == len(CELLS)
    assert set(ARMS) >= {"full", "no verification", "no evolution"}

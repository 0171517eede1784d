from pathlib import Path

import pytest

from seawright_console.cli.synth_files import named_specs, shared_out
from seawright_shared.errors import InvalidRequestError

MIX = """
num_streams = 3
seed = 7
[database]
num_customers = 50
[agent]
kind = "scripted"
[[runs]]
domain = "retail"
[[runs]]
domain = "airline"
seed = 9
[runs.database]
seed = 4
[[runs]]
domain = "retail"
name = "more retail"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "mix.toml"
    file.write_text(text)
    return file


def test_what_stands_above_the_runs_holds_for_each_and_their_own_fields_win(tmp_path: Path):
    retail, airline, more = named_specs(written(tmp_path, MIX), [], {})
    assert [retail.name, airline.name, more.name] == ["retail", "airline", "more retail"]
    assert [each.spec.seed for each in (retail, airline, more)] == [7, 9, 7]
    assert all(each.spec.num_streams == 3 for each in (retail, airline, more))
    assert airline.spec.database.model_dump(include={"domain", "seed", "num_customers"}) == {
        "domain": "airline",
        "seed": 4,
        "num_customers": 50,
    }
    assert retail.spec.database.seed == 0


def test_flags_hold_for_every_run(tmp_path: Path):
    specs = named_specs(written(tmp_path, MIX), ["agent.slip_rate=0.2"], {"num_iterations": 2})
    assert {each.spec.num_iterations for each in specs} == {2}
    assert {each.spec.agent.slip_rate for each in specs} == {0.2}


def test_accepted_tasks_are_shared_out_so_that_none_are_missing(tmp_path: Path):
    specs = named_specs(written(tmp_path, MIX), [], {})
    shares = [each.spec.num_accepted for each in shared_out(specs, 100)]
    assert shares == [34, 34, 34]
    assert [each.spec.num_accepted for each in shared_out(specs, None)] == [None] * 3


@pytest.mark.parametrize(
    ("text", "pointer", "hint"),
    [
        ('domain = "retail"\nnum_stream = 2', "/num_stream", "did you mean num_streams?"),
        ('[[runs]]\ndomain = "retail"\nevolutoin = "none"', "/runs/0/evolutoin", "evolution?"),
    ],
)
def test_a_field_that_is_not_known_is_named_with_what_was_meant(
    tmp_path: Path, text: str, pointer: str, hint: str
):
    with pytest.raises(InvalidRequestError) as caught:
        named_specs(written(tmp_path, text), [], {})
    found = {error.pointer: error.detail for error in caught.value.errors}
    assert hint in found[pointer]


@pytest.mark.parametrize("text", ["runs = 3", "runs = []", "runs = [1]"])
def test_runs_that_are_no_tables_are_refused(tmp_path: Path, text: str):
    with pytest.raises(InvalidRequestError, match="runs"):
        named_specs(written(tmp_path, text), [], {})

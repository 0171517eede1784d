from pathlib import Path

import pytest

from seawright_console.cli.spec_files import spec_of
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.specs import SynthesisSpec

FLAGS: dict[str, object | None] = {"domain": "retail", "database.domain": "retail"}


def test_settings_win_over_flags_and_flags_over_the_file(tmp_path: Path):
    file = tmp_path / "spec.toml"
    file.write_text(
        'domain = "retail"\nseed = 1\nnum_streams = 1\nnum_iterations = 1\n'
        '[database]\ndomain = "retail"\nseed = 9\n'
    )
    spec = spec_of(SynthesisSpec, file, ["seed=3"], {"seed": 2, "num_streams": 2, "domain": None})
    assert (spec.seed, spec.num_streams, spec.num_iterations) == (3, 2, 1)
    assert spec.database.seed == 9


def test_a_setting_may_be_deep_and_typed():
    spec = spec_of(
        SynthesisSpec,
        None,
        ["agent.slip_rate=0.25", 'goals=["a", "b"]', "verification=false"],
        FLAGS,
    )
    assert spec.agent.slip_rate == 0.25
    assert spec.goals == ["a", "b"]
    assert spec.verification is False


def test_json_is_read_as_json(tmp_path: Path):
    file = tmp_path / "spec.json"
    file.write_text('{"domain": "retail", "database": {"domain": "retail"}, "seed": 4}')
    assert spec_of(SynthesisSpec, file, [], {}).seed == 4


def test_a_wrong_field_is_named():
    with pytest.raises(InvalidRequestError) as caught:
        spec_of(SynthesisSpec, None, ["num_streams=0", "num_stream=2"], FLAGS)
    assert {error.pointer for error in caught.value.errors} == {"/num_streams", "/num_stream"}


@pytest.mark.parametrize("setting", ["seed", "=3", "domain.name=3"])
def test_a_setting_that_cannot_be_set_is_refused(setting: str):
    with pytest.raises(InvalidRequestError):
        spec_of(SynthesisSpec, None, [setting], FLAGS)


@pytest.mark.parametrize(("name", "text"), [("a.toml", "x = "), ("a.json", "{"), ("b.json", "[]")])
def test_a_file_that_is_no_spec_is_refused(tmp_path: Path, name: str, text: str):
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidRequestError, match=name):
        spec_of(SynthesisSpec, tmp_path / name, [], FLAGS)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(InvalidRequestError, match="cannot read"):
        spec_of(SynthesisSpec, tmp_path / "absent.toml", [], FLAGS)

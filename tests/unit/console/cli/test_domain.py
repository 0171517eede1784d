"""`domain new` writes a package that `domain check` passes; a defect in it is told."""

import json
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.outcome import FAILED, INVALID


def call(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command_line(), ["domain", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Generator[Path]:
    yield tmp_path / "made"
    sys.path[:] = [path for path in sys.path if not path.startswith(str(tmp_path))]
    for name in [name for name in sys.modules if name.split(".")[0] == "bike_shed"]:
        del sys.modules[name]


def test_a_new_domain_keeps_every_law(folder: Path):
    code, out, err = call("new", "bike_shed", "--folder", str(folder))
    assert code == 0
    written = {Path(line).relative_to(folder).as_posix() for line in out.split()}
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == on_disk
    assert {"pyproject.toml", "bike_shed/tools.py", "tests/test_bike_shed.py"} <= written
    assert f"seawright domain check {folder}" in err
    code, out, err = call("check", str(folder))
    assert (code, out) == (0, "bike_shed: holds\n")
    assert "reads never write" in err


def test_a_defect_is_told_with_its_place_and_fails_the_command(folder: Path):
    call("new", "bike_shed", "--folder", str(folder))
    tools = folder / "bike_shed" / "tools.py"
    text = tools.read_text().replace(
        '    return state.text("customers", customer_id)\n',
        '    state.own("customers", customer_id)["seen"] = True\n'
        '    return state.text("customers", customer_id)\n',
    )
    tools.write_text(text)
    code, out, _ = call("check", str(folder), "--json")
    assert code == FAILED
    (report,) = json.loads(out)
    (law,) = [law for law in report["laws"] if law["failures"]]
    assert law["law"] == "reads never write"
    assert law["failures"][0].startswith(
        "tool get_customer: declared a read, it changed customers/"
    )


def test_what_goes_by_the_order_of_a_set_is_told(folder: Path):
    call("new", "bike_shed", "--folder", str(folder))
    tools = folder / "bike_shed" / "tools.py"
    orderly = '    del state, summary\n    return "a person takes over"\n'
    text = tools.read_text()
    assert orderly in text
    tools.write_text(text.replace(orderly, '    return str(set(summary) | set("abcdefgh"))\n'))
    code, out, _ = call("check", str(folder), "--json")
    assert code == FAILED
    (report,) = json.loads(out)
    assert [law["law"] for law in report["laws"] if law["failures"]] == [
        "every process tells the same"
    ]


def test_a_package_that_cannot_be_imported_is_told(folder: Path):
    call("new", "bike_shed", "--folder", str(folder))
    (folder / "bike_shed" / "tools.py").write_text("import nowhere_to_be_found\n")
    code, out, err = call("check", str(folder))
    assert (code, out) == (FAILED, "bike_shed: does not hold\n")
    assert "nowhere_to_be_found" in err.replace("\n", "")


@pytest.mark.parametrize(
    "name", ["Bike", "1bike", "bike-shed", "class", "a" * 41, "_a", "a__b", ""]
)
def test_what_cannot_be_a_packages_name_is_refused(name: str, folder: Path):
    code, _, err = call("new", name, "--folder", str(folder))
    assert code == INVALID
    assert "cannot be the name of a domain" in err
    assert not folder.exists()


def test_nothing_is_written_over(folder: Path):
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    code, _, err = call("new", "bike_shed", "--folder", str(folder))
    assert code == FAILED
    assert "not empty" in err
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_target_that_is_no_domain_is_refused():
    code, _, err = call("check", "no_such_domain")
    assert code == INVALID
    assert "no_such_domain" in err

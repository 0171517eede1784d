"""Every protection that the threat model names is held by tests that are there."""

import ast
import re
from pathlib import Path

from tests.faults.table import DRILLS
from tests.fuzz.test_parsers import TARGETS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "threat-model.md").read_text()


def rows() -> list[list[str]]:
    """Return the cells of each line of the table of attackers."""
    part = TEXT.partition("## Attackers")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def holders(cell: str) -> list[str]:
    """Return the test files, folders and drills that a cell names."""
    paths = re.findall(r"`(tests/[\w/.]+)`", cell)
    drills = re.search(r"drills? ((?:\d+(?:, | and )?)+)", cell)
    return paths + (re.findall(r"\d+", drills[1]) if drills else [])


def test_every_protection_names_a_test_or_a_drill_that_is_there():
    assert len(rows()) >= 20
    for row in rows():
        named = holders(row[-1])
        assert named, row
        for one in named:
            assert int(one) in DRILLS if one.isdigit() else has_tests(ROOT / one), (one, row)


def has_tests(place: Path) -> bool:
    """Tell whether a file, or some file of a folder, holds a test."""
    files = place.rglob("test_*.py") if place.is_dir() else [place]
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for file in files
        if file.exists()
        for node in ast.walk(ast.parse(file.read_text()))
    )


def test_every_parser_that_is_said_to_be_fuzzed_is():
    for row in rows():
        for named in re.findall(r"`tests/fuzz` \(([^)]*)\)", row[-1]):
            for name in re.findall(r"`([\w*]+)`", named):
                known = [
                    target for target in TARGETS if re.fullmatch(name.replace("*", ".*"), target)
                ]
                assert known, name


def test_what_is_named_elsewhere_in_the_page_is_there():
    for link in re.findall(r"\]\(([\w./-]+)\)", TEXT):
        assert (ROOT / "docs" / link).exists(), link
    for path in re.findall(r"`(tests/[\w/.]+)`", TEXT):
        assert (ROOT / path).exists(), path

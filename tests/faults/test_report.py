"""Laws of the table of drills."""

from datetime import UTC, datetime
from pathlib import Path

from tests.faults.report import Round, Row, kept, read, summary, table
from tests.faults.rounds import free_name
from tests.faults.table import DRILLS


def row(drill: int, *, passed: bool = True, said: str = "measured", why: str = "") -> Row:
    return Row(drill=drill, test=f"test_{drill}", passed=passed, seconds=2.0, said=said, why=why)


def of(*rows: Row) -> Round:
    return Round(rows=rows, told="")


def line(text: str, drill: int) -> list[str]:
    """Return the cells of a drill's line."""
    (found,) = [one for one in text.splitlines() if one.startswith(f"| {drill} |")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_a_drill_held_only_where_all_of_its_tests_did():
    made = of(row(1), row(1, passed=False), row(2))
    assert [made.outcome(number) for number in (1, 2, 3)] == ["NO", "yes", "-"]


def test_every_drill_has_a_line_with_the_outcome_and_the_figures_of_each_round():
    text = table([of(row(1, said="a | b")), of(row(1, passed=False)), of()])
    assert len(text.splitlines()) == len(DRILLS) + 2
    assert line(text, 1)[3:] == ["yes", "NO", "-", "1: a / b (2 s)<br>2: measured (2 s)"]
    assert line(text, 2)[3:6] == ["-", "-", "-"]
    assert line(text, 2)[6].startswith("not run")


def test_the_summary_counts_only_what_held_in_every_round_and_says_why_others_did_not():
    everything = [row(number) for number in DRILLS]
    assert f"{len(DRILLS)} of {len(DRILLS)} drills" in summary([of(*everything)] * 3)
    spoilt = [each for each in everything if each.drill != 7]
    spoilt.append(row(4, passed=False, why="assert 3 < 2"))
    text = summary([of(*everything), of(*spoilt)])
    assert f"{len(DRILLS) - 2} of {len(DRILLS)} drills" in text
    assert "7 was not run in every round" in text
    assert "4 failed in round 2: `test_4`: assert 3 < 2" in text


def test_what_was_tried_in_part_does_not_count_as_held():
    part = Row(drill=27, test="t", passed=True, seconds=1.0, partly="2 of 24 hours")
    made = of(*(row(number) for number in DRILLS if number != 27), part)
    assert made.outcome(27) == "in part"
    assert f"{len(DRILLS) - 1} of {len(DRILLS)} drills" in summary([made])
    assert "27 was tried in part: 2 of 24 hours" in summary([made])


def test_rows_are_read_as_they_were_kept_and_a_round_that_kept_none_has_none(tmp_path: Path):
    kept([row(1), row(2, passed=False)], tmp_path / "rows.json")
    assert read(tmp_path / "rows.json") == [row(1), row(2, passed=False)]
    assert read(tmp_path / "no.json") == []


def test_a_report_is_never_written_over_another(tmp_path: Path):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    names: list[str] = []
    for _ in range(3):
        path = free_name(now, tmp_path)
        path.touch()
        names.append(path.name)
    assert names == ["2026-11-23-drills.md", "2026-11-23-drills-2.md", "2026-11-23-drills-3.md"]

"""The table of drills: what each round of them measured, and what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from tests.faults.table import DRILLS

PASSED, FAILED, IN_PART, NOT_RUN = "yes", "NO", "in part", "-"


class Row(BaseModel):
    """One test of a drill, run once."""

    drill: int
    test: str
    passed: bool
    seconds: float
    said: str = ""
    """What it measured."""
    partly: str = ""
    """How much less than its criterion asks it tried; empty: nothing."""
    why: str = ""
    """The last line of its failure."""


ROWS = TypeAdapter(list[Row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """All drills, once."""

    rows: Sequence[Row]
    told: str
    """When and beside which load it ran."""

    def of(self, drill: int) -> list[Row]:
        """Return the rows of one drill."""
        return [row for row in self.rows if row.drill == drill]

    def outcome(self, drill: int) -> str:
        """Return whether the drill held."""
        rows = self.of(drill)
        if not rows:
            return NOT_RUN
        if not all(row.passed for row in rows):
            return FAILED
        return IN_PART if any(row.partly for row in rows) else PASSED


def kept(rows: Sequence[Row], path: Path) -> None:
    """Write a round's rows to a file."""
    path.write_bytes(ROWS.dump_json(list(rows), indent=1))


def read(path: Path) -> list[Row]:
    """Return the rows of a file; a round that never came so far has none."""
    return ROWS.validate_json(path.read_bytes()) if path.exists() else []


def table(rounds: Sequence[Round]) -> str:
    """Return one line for each drill: the outcome of each round, and what it measured."""
    titles = [f"round {number}" for number in range(1, len(rounds) + 1)]
    head = ["#", "fault", "criterion", *titles, "measured"]
    lines = [_line(head), _line(["---"] * len(head))]
    for number, drill in DRILLS.items():
        outcomes = [one.outcome(number) for one in rounds]
        said = [_said(one.of(number)) for one in rounds]
        if len(rounds) > 1:
            said = [f"{place}: {text}" for place, text in enumerate(said, start=1) if text]
        if all(outcome == NOT_RUN for outcome in outcomes):
            said = ["not run"]
        measured = "<br>".join(said)
        lines.append(_line([str(number), drill.fault, drill.criterion, *outcomes, measured]))
    return "\n".join(lines) + "\n"


def summary(rounds: Sequence[Round]) -> str:
    """Return how many drills held in every round, which did not, and why."""
    by_outcomes = {number: {one.outcome(number) for one in rounds} for number in DRILLS}
    held = [number for number, seen in by_outcomes.items() if seen == {PASSED}]
    text = f"{len(held)} of {len(DRILLS)} drills held in every one of {len(rounds)} rounds.\n"
    for number, seen in by_outcomes.items():
        if NOT_RUN in seen:
            text += f"- {number} was not run in every round.\n"
        if IN_PART in seen:
            partly = {row.partly for one in rounds for row in one.of(number) if row.partly}
            text += f"- {number} was tried in part: {_cell('; '.join(sorted(partly)))}.\n"
    for place, one in enumerate(rounds, start=1):
        for row in one.rows:
            if not row.passed:
                text += f"- {row.drill} failed in round {place}: `{row.test}`: {_cell(row.why)}\n"
    return text


def _said(rows: Sequence[Row]) -> str:
    return "<br>".join(f"{_cell(row.said or row.test)} ({row.seconds:.0f} s)" for row in rows)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")

"""Run all drills several times in a row and keep one table of it; a failure stops nothing.

    python -m tests.faults.rounds --repeat 3 [--report FILE.md] [-- FLAGS OF PYTEST]

Without `--report` the table goes to the first free name of today in docs/results. The file is written
anew after each round, so that one who stops the command has what was measured until then. It ends
with 1 when a drill failed or was not run. `--soak-seconds 86400` after `--` is the whole of drill 27.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.report import IN_PART, PASSED, Round, read, summary, table
from tests.faults.table import DRILLS

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "results"


def main(words: Sequence[str]) -> int:
    """Run the rounds and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rounds")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--report", type=Path, default=None)
    parser.add_argument("flags", nargs="*", help="of pytest, after --")
    given = parser.parse_args(words)
    report: Path = given.report or free_name(datetime.now(UTC), RESULTS)
    rounds: list[Round] = []
    commit = said("git", "rev-parse", "--short", "HEAD")
    changed = " with changes that are not committed" if said("git", "status", "--short") else ""
    for _ in range(given.repeat):
        rounds.append(one_round(given.flags))
        report.write_text(document(rounds, f"{commit}{changed}", given.repeat))
    sys.stdout.write(f"\n{summary(rounds)}\nThe table: {report}\n")
    held = all(one.outcome(number) in {PASSED, IN_PART} for one in rounds for number in DRILLS)
    return 0 if held else 1


def one_round(flags: Sequence[str]) -> Round:
    """Run all drills once, in a process of their own, to the end."""
    began, load_before = datetime.now(UTC), load()
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-m", "drills", "tests/faults", "--maxfail=0"),
                *(f"--drills-rows={rows}", *flags),
            ],
            cwd=ROOT,
            check=False,
        )
        minutes = (datetime.now(UTC) - began).total_seconds() / 60
        told = (
            f"from {began:%H:%M} UTC, {minutes:.0f} minutes; load {load_before} before and"
            f" {load()} after"
        )
        return Round(rows=read(rows), told=told)


def document(rounds: Sequence[Round], commit: str, repeat: int) -> str:
    """Return the page of the rounds so far."""
    told = "".join(f"- round {place}: {one.told}\n" for place, one in enumerate(rounds, start=1))
    return (
        f"# Drills of {datetime.now(UTC):%Y-%m-%d}\n\n"
        f"`make drills REPEAT={repeat}` at commit {commit}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}. What each drill does and where it is written:"
        f" [drills.md](../drills.md).\n\n{told}\n{summary(rounds)}\n{table(rounds)}"
    )


def free_name(now: datetime, folder: Path) -> Path:
    """Return the first name of a report of this day that no file has: none is written over."""
    names = (
        f"{now:%Y-%m-%d}-drills{suffix}.md" for suffix in ("", *(f"-{n}" for n in range(2, 99)))
    )
    return next(folder / name for name in names if not (folder / name).exists())


def load() -> str:
    """Return the load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def said(*command: str) -> str:
    """Return what a command prints."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Run the benchmarks beside this file, one after the other, and keep what they print.

    python deploy/bench/run.py [NAME ...] [--out [docs/results/DATE-bench.json]]

Each benchmark is a script that prints a table and, as its last line, one JSON object. One that
fails does not stop the others. Those that take a quarter of an hour or more, and kill or train on
the way, run only by themselves, as their own first lines say. With `--out`, the figures are kept as JSON and, beside it, as a
Markdown summary (docs/results/README.md says how results are kept).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from measuring.summary import markdown

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


LONG = {"learning", "synthesis_kill", "trainer_faults"}


def names() -> list[str]:
    """Return the benchmarks: every script here but this one and the long ones."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in {"run", *LONG})


def commit() -> str:
    """Return the present commit, with a plus sign where the tree differs from it."""
    command = ["git", "describe", "--always", "--dirty=+"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def load() -> list[float]:
    """Return how many processes ran lately: over one, five and fifteen minutes."""
    return [round(each, 2) for each in os.getloadavg()]


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def last_object(lines: list[str]) -> dict[str, object] | None:
    """Return the JSON object of the last line, if it is one."""
    try:
        found = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def run_one(name: str) -> dict[str, object]:
    """Run one benchmark, showing what it prints; return its report."""
    sys.stdout.write(f"== {name}\n")
    sys.stdout.flush()
    before, began = load(), time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        [sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    seconds = round(time.monotonic() - began, 1)
    sys.stdout.write(f"-- {name}: {seconds} s\n")
    report: dict[str, object] = {"seconds": seconds, "load_before": before}
    found = last_object(lines)
    if process.returncode:
        report["failure"] = f"exit status {process.returncode}"
    elif found is None:
        report["failure"] = "its last line is no JSON object"
    else:
        report["results"] = found
    return report


def main() -> int:
    """Run what was asked for; fail if any benchmark fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=names())
    today = datetime.now(UTC).date().isoformat()
    own = ROOT / "docs" / "results" / f"{today}-bench.json"
    parser.add_argument("--out", type=Path, nargs="?", const=own)
    given = parser.parse_args()
    report: dict[str, object] = {
        "date": today,
        "commit": commit(),
        "machine": f"{os.cpu_count()} x {processor()}, Python {platform.python_version()}",
        "load_before": load(),
    }
    done = {name: run_one(name) for name in given.names}
    report["load_after"] = load()
    report["seconds"] = {name: each["seconds"] for name, each in done.items()}
    report["loads_before"] = {name: each["load_before"] for name, each in done.items()}
    report["failures"] = {n: each["failure"] for n, each in done.items() if "failure" in each}
    report["results"] = {n: each["results"] for n, each in done.items() if "results" in each}
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(report, indent=2) + "\n")
        given.out.with_suffix(".md").write_text(markdown(report))
    failures = {name: each["failure"] for name, each in done.items() if "failure" in each}
    for name, why in failures.items():
        sys.stdout.write(f"failed: {name}: {why}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Run every benchmark beside this file, one after the other, and keep what they print.

    python deploy/bench/run.py [NAME ...] [--out docs/results/bench.json]

Each benchmark is a script that prints a table and, as its last line, one JSON object.
"""

import argparse
import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the benchmarks: every script here but this one."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem != "run")


def commit() -> str:
    """Return the present commit, with a plus sign where the tree differs from it."""
    command = ["git", "describe", "--always", "--dirty=+"]
    return subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> int:
    """Run what was asked for; fail if any benchmark fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=names())
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    results: dict[str, object] = {}
    failed: list[str] = []
    for name in given.names:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        with subprocess.Popen(
            [sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, text=True
        ) as process:
            lines: list[str] = []
            for line in process.stdout or ():
                sys.stdout.write(line)
                lines.append(line)
        if process.returncode or not lines:
            failed.append(name)
        else:
            results[name] = json.loads(lines[-1])
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "results": results,
    }
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(report, indent=2) + "\n")
    for name in failed:
        sys.stdout.write(f"failed: {name}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

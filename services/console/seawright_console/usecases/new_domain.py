"""Write the package of a new domain: a small one that works, to be changed."""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from seawright_console.core.ports import Files
from seawright_shared.errors import ConflictError, FieldError, InvalidRequestError

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 40
FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "{name}/__init__.py": "init.py",
    "{name}/state.py": "state.py",
    "{name}/seed.py": "seed.py",
    "{name}/tools.py": "tools.py",
    "{name}/tasks.py": "tasks.py",
    "{name}/policy.md": "policy.md",
    "tests/test_{name}.py": "test.py",
}
"""Templates by the path of the file that each becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDomain:
    """Nothing is written over: the folder must be new or empty."""

    files: Files
    templates: Mapping[str, Template]

    def __call__(self, name: str, folder: Path) -> list[Path]:
        """Write the package and return the paths of its files."""
        _check(name)
        if not self.files.is_free(folder):
            raise ConflictError(f"{folder} is there already and not empty")
        label = "".join(word.capitalize() for word in name.split("_"))
        values = {"name": name, "distribution": name.replace("_", "-"), "label": f"{label}Tools"}
        texts = {
            folder / path.format(name=name): self.templates[template].substitute(values)
            for path, template in FILES.items()
        }
        self.files.write(texts)
        return list(texts)


def _check(name: str) -> None:
    """Refuse what cannot be a package's name."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > LONGEST_NAME:
        detail = f"lower-case words joined by _, at most {LONGEST_NAME} characters"
        error = FieldError(pointer="/name", code="invalid", detail=detail)
        raise InvalidRequestError(f"{name!r} cannot be the name of a domain", errors=[error])

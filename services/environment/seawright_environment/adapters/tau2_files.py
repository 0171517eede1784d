"""tau2-bench's own data, where a user has it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Files:
    """Reads a folder that holds `tau2/domains` or `domains`; None: there is none."""

    folder: Path | None

    def database(self, domain: str) -> JsonObject:
        """Return the domain's database."""
        return cast("JsonObject", self._read(domain, "db.json"))

    def tasks(self, domain: str) -> list[JsonObject]:
        """Return the domain's task documents, in file order."""
        return cast("list[JsonObject]", self._read(domain, "tasks.json"))

    def splits(self, domain: str) -> dict[str, list[str]]:
        """Return the ids of each split."""
        return cast("dict[str, list[str]]", self._read(domain, "split_tasks.json"))

    def _read(self, domain: str, name: str) -> JsonValue:
        if self.folder is None:
            raise NotFoundError("tau2-bench's data is not here: set TAU2_DATA_DIR to its folder")
        for inner in ("tau2/domains", "domains"):
            path = self.folder / inner / domain / name
            if path.is_file():
                return json.loads(path.read_text(encoding="utf-8"))
        raise NotFoundError(f"TAU2_DATA_DIR has no domains/{domain}/{name}")

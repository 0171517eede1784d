"""tau2-bench's own data, where a user has it."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.sides import USER_TABLE
from seawright_shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Files:
    """Reads a folder that holds `tau2/domains` or `domains`; None: there is none."""

    folder: Path | None

    def database(self, domain: str) -> JsonObject:
        """Return the domain's database; the user's own, where there is one, under `user`."""
        whole = cast("JsonObject", self._read(domain, "db.json", "db.toml"))
        try:
            user = self._read(domain, "user_db.json", "user_db.toml")
        except NotFoundError:
            return whole
        return {**whole, USER_TABLE: user}

    def tasks(self, domain: str) -> list[JsonObject]:
        """Return the domain's task documents, in file order."""
        return cast("list[JsonObject]", self._read(domain, "tasks.json"))

    def splits(self, domain: str) -> dict[str, list[str]]:
        """Return the ids of each split, as the file has them."""
        return cast("dict[str, list[str]]", self._read(domain, "split_tasks.json"))

    def _read(self, domain: str, *names: str) -> JsonValue:
        """Return the first of these files that is there."""
        if self.folder is None:
            raise NotFoundError("tau2-bench's data is not here: set TAU2_DATA_DIR to its folder")
        for inner in ("tau2/domains", "domains"):
            for name in names:
                path = self.folder / inner / domain / name
                if path.is_file():
                    text = path.read_text(encoding="utf-8")
                    return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        raise NotFoundError(f"TAU2_DATA_DIR has no domains/{domain}/{' or '.join(names)}")

"""tau2-bench's own data, where a user has it."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.sides import USER_TABLE
from seawright_shared.errors import InvalidRequestError, NotFoundError

_SPLITS = TypeAdapter(dict[str, list[str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Files:
    """Reads a folder that holds `tau2/domains` or `domains`; None: there is none."""

    folder: Path | None

    def database(self, domain: str) -> JsonObject:
        """Return the domain's database; the user's own, where there is one, under `user`."""
        whole = _object(domain, self._read(domain, "db.json", "db.toml"))
        try:
            user = self._read(domain, "user_db.json", "user_db.toml")
        except NotFoundError:
            return whole
        return {**whole, USER_TABLE: user}

    def tasks(self, domain: str) -> list[JsonObject]:
        """Return the domain's task documents, in file order."""
        found = self._read(domain, "tasks.json")
        if not isinstance(found, list) or not all(isinstance(task, dict) for task in found):
            raise _unreadable(domain, "tasks.json is no list of objects")
        return cast("list[JsonObject]", found)

    def splits(self, domain: str) -> dict[str, list[str]]:
        """Return the ids of each split, as the file has them."""
        try:
            return _SPLITS.validate_python(self._read(domain, "split_tasks.json"))
        except ValidationError as error:
            raise _unreadable(domain, "split_tasks.json is no object of lists of ids") from error

    def _read(self, domain: str, *names: str) -> JsonValue:
        """Return the first of these files that is there."""
        if self.folder is None:
            raise NotFoundError("tau2-bench's data is not here: set TAU2_DATA_DIR to its folder")
        for inner in ("tau2/domains", "domains"):
            for name in names:
                path = self.folder / inner / domain / name
                if path.is_file():
                    return _parsed(domain, path)
        raise NotFoundError(f"TAU2_DATA_DIR has no domains/{domain}/{' or '.join(names)}")


def _parsed(domain: str, path: Path) -> JsonValue:
    try:
        text = path.read_bytes().decode()
        if path.suffix == ".toml":
            return cast("JsonValue", tomllib.loads(text))
        return cast("JsonValue", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _unreadable(domain, f"{path.name} cannot be read: {error}") from error


def _object(domain: str, value: JsonValue) -> JsonObject:
    if not isinstance(value, dict):
        raise _unreadable(domain, "a database is an object")
    return value


def _unreadable(domain: str, detail: str) -> InvalidRequestError:
    return InvalidRequestError(f"TAU2_DATA_DIR, domains/{domain}: {detail}")

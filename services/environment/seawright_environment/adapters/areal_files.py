"""A folder of the AReaL-tau2 data, read line by line."""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.areal_rows import (
    DATABASES,
    DOMAINS,
    RL_FILE,
    SFT_FILE,
    START,
    Cursor,
    Line,
)
from seawright_environment.core.json_values import JsonObject
from seawright_shared.errors import FieldError, InvalidRequestError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArealFiles:
    """Reads a folder of the documented layout; None: there is none. Nothing is downloaded."""

    folder: Path | None

    def rl_lines(self, after: Cursor = START) -> Iterator[Line]:
        """Yield the RL rows after a place."""
        return self._lines(RL_FILE, after)

    def sft_lines(self, after: Cursor = START) -> Iterator[Line]:
        """Yield the SFT rows after a place."""
        return self._lines(SFT_FILE, after)

    def snapshots(self) -> list[str]:
        """Return the names of the database files."""
        folder = self._root() / DATABASES
        if not folder.is_dir():
            raise NotFoundError(f"AREAL_DATA_DIR has no {DATABASES}/")
        return sorted(path.name for path in folder.iterdir() if path.suffix in {".json", ".toml"})

    def snapshot(self, name: str) -> JsonObject:
        """Return one database file's content."""
        path = self._snapshot_path(name)
        try:
            text = path.read_text(encoding="utf-8")
            value: JsonValue = (
                cast("JsonValue", tomllib.loads(text))
                if path.suffix == ".toml"
                else json.loads(text)
            )
        except (ValueError, RecursionError) as error:
            raise _unreadable(name, str(error)) from error
        if not isinstance(value, dict):
            raise _unreadable(name, "a database is an object")
        return value

    def sha256(self, name: str) -> str:
        """Return the hash of one database file."""
        return hashlib.sha256(self._snapshot_path(name).read_bytes()).hexdigest()

    def domain_of(self, name: str) -> str:
        """Return the domain that a database file's name tells."""
        found = [domain for domain in DOMAINS if domain in name]
        if len(found) != 1:
            raise _unreadable(name, f"its name tells none of {', '.join(DOMAINS)}")
        return found[0]

    def _lines(self, file: str, after: Cursor) -> Iterator[Line]:
        path = self._root() / file
        if not path.is_file():
            raise NotFoundError(f"AREAL_DATA_DIR has no {file}")
        number, place = after.number, after.offset
        with path.open("rb") as lines:
            lines.seek(place)
            for text in lines:
                number, place = number + 1, place + len(text)
                if text.strip():
                    yield Line(file=file, text=text, end=Cursor(number=number, offset=place))

    def _snapshot_path(self, name: str) -> Path:
        if name not in self.snapshots():
            raise NotFoundError(f"AREAL_DATA_DIR has no {DATABASES}/{name}")
        return self._root() / DATABASES / name

    def _root(self) -> Path:
        if self.folder is None:
            raise NotFoundError("the AReaL-tau2 data is not here: set AREAL_DATA_DIR to its folder")
        return self.folder


def _unreadable(name: str, detail: str) -> InvalidRequestError:
    pointer = f"/{DATABASES}/{name}"
    wrong = FieldError(pointer=pointer, code="unreadable", detail=detail)
    return InvalidRequestError(f"{DATABASES}/{name}: {detail}", errors=[wrong])

"""Cells of an ablation as files, and its results: a page, its figures, and everything as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, ValidationError

from seawright_console.core.ablation import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFiles:
    """One file per cell; a file that is torn or of another form counts as not there."""

    folder: Path

    def load(self, key: str) -> Cell | None:
        """Return the cell, if it was saved."""
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            return Cell.model_validate_json(path.read_text())
        except ValidationError:
            return None

    def save(self, key: str, cell: Cell) -> None:
        """Write the cell whole, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._path(key).with_suffix(".new")
        fresh.write_text(cell.model_dump_json())
        fresh.replace(self._path(key))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def write_texts(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files of one folder, which exists afterwards; return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, text in texts.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def as_json(value: JsonValue) -> str:
    """Return a JSON text, two blanks deep, with its last line ended."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"

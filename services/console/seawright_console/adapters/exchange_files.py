"""Results files of tau2-bench, and records as lines of JSON."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from seawright_console.core.results import Document, Results
from seawright_shared.errors import FieldError, InvalidRequestError

M = TypeVar("M", bound=BaseModel)
RESULTS = "results.json"
SIMULATIONS = "simulations"


def read_results(path: Path) -> Results:
    """Return a results file, or a results folder: `results.json` beside `simulations/*.json`."""
    file = path / RESULTS if path.is_dir() else path
    whole = read_object(file)
    folder = file.parent / SIMULATIONS
    if whole.get("simulations") is None and folder.is_dir():
        whole["simulations"] = [read_object(each) for each in sorted(folder.glob("*.json"))]
    lists: dict[str, list[Document]] = {}
    for name in ("tasks", "simulations"):
        value = whole.get(name)
        if not isinstance(value, list):
            raise wrong(file, f"/{name}", "a results file has a list here")
        lists[name] = []
        for index, each in enumerate(value):
            if not isinstance(each, dict):
                raise wrong(file, f"/{name}/{index}", "must be an object")
            lists[name].append(each)
    return Results(
        header={**whole, "tasks": None, "simulations": None},
        tasks=lists["tasks"],
        simulations=lists["simulations"],
    )


def read_object(path: Path) -> Document:
    """Return a JSON object, or raise `InvalidRequestError`; `NaN` and its like are refused."""
    value = _parsed(path, _text(path), "")
    if not isinstance(value, dict):
        raise wrong(path, "", "must be an object")
    return value


def write_json(path: Path, value: JsonValue) -> Path:
    """Write a JSON file, two blanks deep as tau2-bench's own; its folder exists afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_lines(path: Path, model: type[M]) -> list[M]:
    """Return the records of a file, one a line, or raise `InvalidRequestError` naming the line."""
    records: list[M] = []
    for number, text in enumerate(_text(path).splitlines(), 1):
        if not text.strip():
            continue
        try:
            records.append(model.model_validate_json(text))
        except ValidationError as error:
            first = error.errors()[0]
            pointer = "/".join(["", str(number), *map(str, first["loc"])])
            raise wrong(path, pointer, first["msg"]) from error
    return records


def write_lines(path: Path, records: Iterable[BaseModel]) -> Path:
    """Write records, one a line; the folder exists afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(record.model_dump_json() + "\n" for record in records)
    return path


def append_lines(path: Path, records: Sequence[BaseModel]) -> None:
    """Write further records behind those of the file."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(record.model_dump_json() + "\n" for record in records)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(path, "", f"cannot be read: {error}") from error


def _parsed(path: Path, text: str, pointer: str) -> JsonValue:
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise wrong(path, pointer, f"is not JSON: {error}") from error


def _refused(text: str) -> JsonValue:
    raise ValueError(f"{text} is not JSON")


def wrong(path: Path, pointer: str, why: str) -> InvalidRequestError:
    """Return the fault of a file."""
    error = FieldError(pointer=f"{path.name}{pointer}", code="unreadable", detail=why)
    return InvalidRequestError(f"{path.name}{pointer}: {why}", errors=[error])

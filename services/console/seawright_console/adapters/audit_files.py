"""Task sets, splits and databases as files in tau2-bench's form."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.web.json_shape import check_json

MOST_BYTES = 256 << 20
DATABASES = ("db.json", "db.toml")
USER_DATABASES = ("user_db.json", "user_db.toml")
SPLITS = "split_tasks.json"
USER = "user"
"""Where the document of a two-sided domain holds the user's own database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A task set with the domain that its tasks name, if they do."""

    tasks: list[JsonValue]
    domain: str | None


def read_tasks(path: Path, split: str | None) -> TaskFile:
    """Return the set, or its split by the file beside it, in file order."""
    value = _read(path)
    if isinstance(value, dict):
        value = value.get("tasks")
    if not isinstance(value, list):
        raise _wrong(path, "a task set is a JSON list of tasks, or an object with `tasks`")
    if not value:
        raise _wrong(path, "the list of tasks is empty")
    if split is not None:
        wanted = set(_split(path.with_name(SPLITS), split))
        value = list[JsonValue](
            [task for task in value if isinstance(task, dict) and task.get("id") in wanted]
        )
        if not value:
            raise _wrong(path, f"no task of the split {split!r} is in the file")
    return TaskFile(tasks=value, domain=_domain_of(value))


def _split(path: Path, split: str) -> list[JsonValue]:
    splits = _read(path)
    ids = splits.get(split) if isinstance(splits, dict) else None
    if not isinstance(ids, list):
        known = ", ".join(splits) if isinstance(splits, dict) else "none"
        raise _wrong(path, f"no split {split!r}; there are: {known}")
    return [each for each in ids if isinstance(each, str)]


def _domain_of(tasks: Sequence[JsonValue]) -> str | None:
    """Return the domain that most tasks name."""
    counts: dict[str, int] = {}
    for task in tasks:
        here: JsonValue = task
        for step in ("user_scenario", "instructions", "domain"):
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, str):
            counts[here] = counts.get(here, 0) + 1
    return max(counts, key=lambda name: counts[name], default=None)


def read_database(path: Path) -> dict[str, JsonValue]:
    """Return a database; the user's own, which lies beside it, under `user`."""
    whole = _read(path)
    if not isinstance(whole, dict):
        raise _wrong(path, "a database is an object of tables")
    beside = [path.with_name(name) for name in USER_DATABASES if path.with_name(name).is_file()]
    return {**whole, USER: _read(beside[0])} if beside else whole


def database_beside(path: Path) -> Path | None:
    """Return the database in a task file's own folder, as tau2-bench keeps it."""
    found = [path.with_name(name) for name in DATABASES if path.with_name(name).is_file()]
    return found[0] if found else None


def _read(path: Path) -> JsonValue:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _wrong(path, f"{size} bytes; at most {MOST_BYTES} are read")
        body = path.read_bytes()
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from error
    try:
        if path.suffix == ".toml":
            return cast(
                "JsonValue", json.loads(json.dumps(tomllib.loads(body.decode()), default=str))
            )
        check_json(body)
        return cast("JsonValue", json.loads(body))
    except InvalidRequestError as error:
        raise _wrong(path, error.detail) from error
    except (ValueError, RecursionError) as error:
        form = "TOML" if path.suffix == ".toml" else "JSON"
        raise _wrong(path, f"is not {form}: {error}") from error


def _wrong(path: Path, why: str) -> InvalidRequestError:
    error = FieldError(pointer=str(path), code="unreadable", detail=why)
    return InvalidRequestError(f"{path.name}: {why}", errors=[error])

"""Run specs from TOML or JSON files and from `--set path=value`."""

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from seawright_shared.errors import FieldError, InvalidRequestError

M = TypeVar("M", bound=BaseModel)
Plain = dict[str, object]


def spec_of(
    kind: type[M], file: Path | None, settings: Sequence[str], flags: Mapping[str, object | None]
) -> M:
    """Return the spec: the file, overridden by flags that were given, then by `--set`."""
    plain = read_table(file) if file is not None else {}
    override(plain, settings, flags)
    return validated(kind, plain)


def override(plain: Plain, settings: Sequence[str], flags: Mapping[str, object | None]) -> None:
    """Set the flags that were given in a table, then what `--set` says."""
    for path, value in flags.items():
        if value is not None:
            _put(plain, path, value)
    for setting in settings:
        path, separator, text = setting.partition("=")
        if not separator or not path:
            raise InvalidRequestError(
                f"--set needs PATH=VALUE, as in agent.kind=scripted, not {setting!r}"
            )
        _put(plain, path, _value(text))


def validated(kind: type[M], plain: Mapping[str, object], *, within: str = "") -> M:
    """Return the table as a spec, or raise naming each wrong field, with what was meant perhaps."""
    try:
        return kind.model_validate_json(json.dumps(plain, default=str))
    except ValidationError as error:
        raise InvalidRequestError(
            f"the {kind.__name__} is not valid: {error.error_count()} wrong fields",
            errors=[
                FieldError(
                    pointer=within + "/" + "/".join(str(part) for part in each["loc"]),
                    code=each["type"],
                    detail=each["msg"] + _hint(kind, each["type"], each["loc"]),
                )
                for each in error.errors()
            ],
        ) from error


def read_table(file: Path) -> Plain:
    """Return what a TOML or JSON file holds, or raise saying why it cannot be read."""
    try:
        text = file.read_bytes().decode()
    except OSError as error:
        raise InvalidRequestError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidRequestError(f"{file} is no UTF-8: {error}") from error
    try:
        read: object = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        form = "JSON" if file.suffix == ".json" else "TOML"
        raise InvalidRequestError(f"{file} is not {form}: {error}") from error
    if not isinstance(read, dict):
        raise InvalidRequestError(f"{file} holds no table of fields")
    return cast("Plain", read)


def _put(plain: Plain, path: str, value: object) -> None:
    *parents, last = path.split(".")
    at = plain
    for name in parents:
        inner = at.setdefault(name, {})
        if not isinstance(inner, dict):
            raise InvalidRequestError(f"cannot set {path}: {name} is no table")
        at = cast("Plain", inner)
    at[last] = value


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _hint(kind: type[BaseModel], code: str, where: tuple[int | str, ...]) -> str:
    """Return what a field that is not known was perhaps meant to be."""
    if code != "extra_forbidden":
        return ""
    owner = kind
    for part in where[:-1]:
        field = owner.model_fields.get(str(part))
        inner = field.annotation if field is not None else None
        if not isinstance(inner, type) or not issubclass(inner, BaseModel):
            return ""
        owner = inner
    near = difflib.get_close_matches(str(where[-1]), list(owner.model_fields), n=1)
    return f"; did you mean {near[0]}?" if near else ""

"""The shape of a JSON body: what no route should have to think of is refused before it runs.

Refused are values nested too deep, too many members, repeated keys, numbers that are not finite or too long, halves
of surrogate pairs; the answer points to the first one found.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import cast

from seawright_shared.errors import FieldError, InvalidRequestError

MAX_DEPTH = 64
MAX_MEMBERS = 999_999
"""Keys of all objects together; each costs a hundred bytes once it is read."""
MAX_DIGITS = 400
"""Of an integer. No field of ours is longer, and longer ones cost quadratic time to read."""
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_MEMBERS = re.compile(rb'"\s*:')
_SUSPECT = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]|\d[eE]\+?\d{2}|\d{400}")
_MARK = b"\xef\xbb\xbf"
_HALF = re.compile("[\ud800-\udfff]")


class _Oddity:
    """Stands in a parsed body for what is refused."""

    __slots__ = ("code", "detail")

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail


class _RepeatedKeyError(Exception):
    """Found while parsing, where the path is not known yet."""


def check_json(body: bytes) -> None:
    """Raise `InvalidRequestError` where the shape is refused; what is no JSON is not its matter."""
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise _refused("", "too-deep", f"JSON may be nested {MAX_DEPTH} levels deep")
    if body.count(b":") > MAX_MEMBERS and _num_members(body) > MAX_MEMBERS:
        raise _refused("", "too-many-members", f"objects may have {MAX_MEMBERS} members in all")
    try:
        # Other encodings than UTF-8 would pass unseen here and be understood later.
        text = body.removeprefix(_MARK).decode()
    except UnicodeDecodeError as error:
        raise _refused("", "not-utf-8", "the body is no UTF-8") from error
    if "\0" in text:
        raise _refused("", "not-utf-8", "the body holds NUL bytes")
    try:
        if _SUSPECT.search(body) is None:
            _UNIQUE.decode(text)
            return
    except _RepeatedKeyError:
        pass
    except ValueError:
        return
    try:
        value: object = _MARKING.decode(text)
    except ValueError:
        return
    found = next(_oddities(value, []), None)
    if found is not None:
        path, oddity = found
        raise _refused("".join(map(_step, path)), oddity.code, oddity.detail)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _marked(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        is_repeated = key in found
        found[key] = _Oddity("repeated-key", "the key stands here twice") if is_repeated else value
    return found


def _integer(digits: str) -> object:
    if len(digits) > MAX_DIGITS:
        return _Oddity("too-long", f"an integer may have {MAX_DIGITS} digits")
    return int(digits)


def _constant(name: str) -> object:
    return _Oddity("not-finite", f"{name} is not JSON")


def _oddities(value: object, path: list[str | int]) -> Iterator[tuple[list[str | int], _Oddity]]:
    if isinstance(value, _Oddity):
        yield path, value
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield path, _Oddity("not-finite", "the number is too large")
    elif isinstance(value, str):
        if _HALF.search(value):
            yield path, _Oddity("not-unicode", "a string holds half of a surrogate pair")
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            if _HALF.search(key):
                yield path, _Oddity("not-unicode", "a key holds half of a surrogate pair")
            yield from _oddities(inner, [*path, key])
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            yield from _oddities(inner, [*path, index])


def _step(part: str | int) -> str:
    return "/" + str(part).replace("~", "~0").replace("/", "~1")


def _num_members(body: bytes) -> int:
    return sum(1 for _ in _MEMBERS.finditer(body))


def _depth(body: bytes) -> int:
    """Return how deep the brackets go, and stop counting where it is too deep."""
    depth = 0
    for match in _TOKENS.finditer(body):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                break
        elif first in b"]}":
            depth -= 1
    return depth if depth > MAX_DEPTH else 0


def _refused(pointer: str, code: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code=code, detail=detail)
    where = f"{pointer}: " if pointer else ""
    return InvalidRequestError(where + detail, errors=[error])


_UNIQUE = json.JSONDecoder(object_pairs_hook=_unique)
_MARKING = json.JSONDecoder(object_pairs_hook=_marked, parse_int=_integer, parse_constant=_constant)

"""Pages: keyset cursors, opaque to clients, and the parameters every list route takes.

A list route orders by columns that together are unique, as (created_at, id), asks for
`limit + 1` rows beyond the cursor and hands them to `page_of`.
"""

import base64
import binascii
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Query
from pydantic import BaseModel

from seawright_shared.contracts.pages import Page
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import canonical_json
from seawright_shared.records.ids import LARGEST_ID

Key = str | int | float
"""One part of a cursor; times travel as ISO 8601 text."""
Row = TypeVar("Row")
Item = TypeVar("Item", bound=BaseModel)

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParams:
    """What a client asked for. `after` is the key of the last row it has, or None."""

    limit: int
    after: tuple[Key, ...] | None


def encode_cursor(key: Sequence[Key]) -> str:
    """Return the cursor after the row with this key."""
    return base64.urlsafe_b64encode(canonical_json(list(key))).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[Key, ...]:
    """Return the key a cursor stands for; raise `InvalidRequestError` naming `cursor`."""
    try:
        plain: object = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    if not isinstance(plain, list) or not plain:
        raise _bad_cursor()
    parts = cast("list[object]", plain)
    if not all(map(_is_key, parts)):
        raise _bad_cursor()
    return cast("tuple[Key, ...]", tuple(parts))


def require_key(after: tuple[Key, ...] | None, kinds: Sequence[type]) -> tuple[Key, ...] | None:
    """Return the key, or raise naming `cursor` where its parts are not of these kinds."""
    if after is None:
        return None
    fits = len(after) == len(kinds) and all(
        isinstance(part, kind) for part, kind in zip(after, kinds, strict=True)
    )
    if not fits:
        raise _bad_cursor()
    return after


def page_params(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items.")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next_cursor`.")] = None,
) -> PageParams:
    """Return the page a client asked for; a FastAPI dependency."""
    return PageParams(limit=limit, after=None if cursor is None else decode_cursor(cursor))


PageDep = Annotated[PageParams, Depends(page_params)]
"""The parameter of a list route: `async def list_runs(page: PageDep) -> Page[Run]`."""


def page_of(
    rows: Sequence[Row],
    params: PageParams,
    key: Callable[[Row], Sequence[Key]],
    item: Callable[[Row], Item],
) -> Page[Item]:
    """Return the page of up to `limit + 1` rows: the one too many says that there are more."""
    shown = rows[: params.limit]
    has_more = len(rows) > params.limit
    cursor = encode_cursor(key(shown[-1])) if has_more else None
    return Page[Item](data=[item(row) for row in shown], next_cursor=cursor, has_more=has_more)


def _is_key(part: object) -> bool:
    """Return whether a database can compare with it."""
    if isinstance(part, str):
        return "\0" not in part
    if isinstance(part, float):
        return math.isfinite(part)
    return type(part) is int and abs(part) <= LARGEST_ID


def _bad_cursor() -> InvalidRequestError:
    field = FieldError(
        pointer="query:cursor", code="bad-cursor", detail="not a cursor of this list"
    )
    return InvalidRequestError("cursor: not a cursor of this list", errors=[field])

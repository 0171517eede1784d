"""Keyset pages in SQL: the rows after a key, without offsets."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, literal, tuple_

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.stores.columns import UtcTime

T = TypeVar("T", bound=tuple[object, ...])


def rows_after(
    statement: Select[T],
    columns: Sequence[ColumnElement[object]],
    after: Sequence[str | int | float] | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> Select[T]:
    """Return the statement ordered by the columns, beyond the key, with one row too many.

    The columns together must be unique. Keys of time columns are ISO 8601 text.
    """
    order = [column.desc() if newest_first else column.asc() for column in columns]
    ordered = statement.order_by(*order).limit(limit + 1)
    if after is None:
        return ordered
    if len(after) != len(columns):
        raise _bad_cursor()
    bound = [_bound(column, part) for column, part in zip(columns, after, strict=True)]
    here, there = tuple_(*columns), tuple_(*bound)
    return ordered.where(here < there if newest_first else here > there)


def _bound(column: ColumnElement[object], part: str | float) -> ColumnElement[object]:
    if not isinstance(column.type, UtcTime):
        return literal(part, column.type)
    try:
        moment = datetime.fromisoformat(str(part))
    except ValueError as error:
        raise _bad_cursor() from error
    if moment.tzinfo is None:
        raise _bad_cursor()
    return literal(moment, column.type)


def _bad_cursor() -> InvalidRequestError:
    field = FieldError(
        pointer="query:cursor", code="bad-cursor", detail="not a cursor of this list"
    )
    return InvalidRequestError("cursor: not a cursor of this list", errors=[field])

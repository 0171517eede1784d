"""Keyset pages over tables with `created_at` and `id`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, RowMapping, Table, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.pages import Page
from seawright_shared.errors import InvalidRequestError
from seawright_shared.web.pages import PageParams, page_of, require_key

Item = TypeVar("Item", bound=BaseModel)


async def table_page(
    connection: AsyncConnection,
    table: Table,
    where: Sequence[ColumnElement[bool]],
    params: PageParams,
    item: Callable[[RowMapping], Item],
    *,
    is_newest_first: bool = True,
) -> Page[Item]:
    """Return a page of a table, by the moment of storing and then by id."""
    moment, key = table.c.created_at, table.c.id
    conditions = list(where)
    if (after := require_key(params.after, (str, str))) is not None:
        last_moment, last_id = moment_of(str(after[0])), str(after[1])
        beyond = moment < last_moment if is_newest_first else moment > last_moment
        then = key < last_id if is_newest_first else key > last_id
        conditions.append(or_(beyond, and_(moment == last_moment, then)))
    order = (moment.desc(), key.desc()) if is_newest_first else (moment, key)
    statement = select(table).where(*conditions).order_by(*order).limit(params.limit + 1)
    rows = list((await connection.execute(statement)).mappings())
    return page_of(rows, params, lambda row: (row["created_at"].isoformat(), row["id"]), item)


def moment_of(text: str) -> datetime:
    """Return the moment in a cursor."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequestError("cursor: not a cursor of this list") from error

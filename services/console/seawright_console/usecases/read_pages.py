"""Read a paged list whole."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from seawright_shared.contracts.pages import Page

T = TypeVar("T")


async def read_all(
    page: Callable[[str | None], Awaitable[Page[T]]], *, most: int = 20_000
) -> list[T]:
    """Return all items of a list, at most `most`, following its cursors."""
    items: list[T] = []
    cursor: str | None = None
    while len(items) < most:
        answer = await page(cursor)
        items += answer.data
        cursor = answer.next_cursor
        if cursor is None or not answer.has_more:
            break
    return items[:most]

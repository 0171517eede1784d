"""The shape of a page of a list."""

from typing import Generic, TypeVar

from seawright_shared.records.base import Record

T = TypeVar("T")


class Page(Record, Generic[T]):
    """One page; pass `next_cursor` back as `cursor` for the next."""

    data: list[T]
    next_cursor: str | None = None
    has_more: bool = False

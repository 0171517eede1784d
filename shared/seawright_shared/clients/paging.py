"""The query parameters of lists."""

from collections.abc import Sequence

Params = dict[str, str | int | float | bool | Sequence[str] | None]


def paged(cursor: str | None, limit: int) -> Params:
    """Return the query parameters of a page."""
    return {"limit": limit, "cursor": cursor}

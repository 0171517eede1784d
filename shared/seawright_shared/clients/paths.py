"""Paths of a peer: what callers named becomes one segment, whatever is in it."""

from urllib.parse import quote

from seawright_shared.errors import InvalidRequestError


def segment(name: str | int) -> str:
    """Return the name as one segment of a path; it leads nowhere else.

    A name that is empty, or that means a folder, is an `InvalidRequestError`.
    """
    text = str(name)
    if text in {"", ".", ".."}:
        raise InvalidRequestError(f"{text!r} is no name of anything")
    return quote(text, safe="")

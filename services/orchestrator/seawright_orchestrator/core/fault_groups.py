"""Faults raised by concurrent work come in groups: here they become one fault again."""

from collections.abc import Awaitable
from typing import TypeVar, cast

from seawright_shared.errors import SeawrightError, UnavailableError

T = TypeVar("T")


async def unwrapped(work: Awaitable[T]) -> T:
    """Raise the fault inside a group of errors as itself, so that the kit can tell its class."""
    try:
        return await work
    except ExceptionGroup as group:
        faults = leaves(group)
        outage = next((one for one in faults if isinstance(one, UnavailableError)), None)
        if outage is not None and all(isinstance(one, SeawrightError) for one in faults):
            raise outage from group
        raise


def leaves(group: ExceptionGroup[Exception]) -> list[Exception]:
    """Return the errors of a group, however deep."""
    found: list[Exception] = []
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            found.extend(leaves(cast("ExceptionGroup[Exception]", error)))
        else:
            found.append(error)
    return found

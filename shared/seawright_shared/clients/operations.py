"""Operations: routes that a peer in the same process may ask as functions, records for records."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

Answer = Callable[[Sequence[str], BaseModel | None], Awaitable[BaseModel | None]]
"""Takes the path's parameters and the body. None: the long way, by the route, is to be taken.

Whatever it raises means the same: it has changed nothing then, or what may be done twice.
"""


class Nothing(BaseModel):
    """What a route without content answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The short way of one route. It shares no object that the caller or the service changes."""

    method: str
    path: re.Pattern[str]
    """With a group for each parameter."""
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOperation:
    """An operation and the parameters of one path."""

    operation: Operation
    parameters: Sequence[str]

    async def answer(self, body: BaseModel | None) -> BaseModel | None:
        """Return what the operation answers; None where it will not or cannot."""
        try:
            return await self.operation.answer(self.parameters, body)
        except Exception:  # noqa: BLE001 - the route refuses it in its own words
            return None


def found(operations: Sequence[Operation], method: str, path: str) -> FoundOperation | None:
    """Return the operation of a route, if it has one."""
    for operation in operations:
        if operation.method == method and (match := operation.path.fullmatch(path)):
            return FoundOperation(operation=operation, parameters=match.groups())
    return None

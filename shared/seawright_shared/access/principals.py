"""Principals: who sent a request, and what that allows."""

from dataclasses import dataclass
from typing import Literal

from seawright_shared.errors import ForbiddenError

Scope = Literal[
    "read", "synth:write", "run:write", "run:operate", "env:session", "model:use", "admin"
]
"""`admin` allows everything but what services alone tell one another."""

SERVICES_ONLY = "services-only"
"""Needed where no person has any business: the reports of training ranks."""

SCOPES: tuple[Scope, ...] = (
    "read",
    "synth:write",
    "run:write",
    "run:operate",
    "env:session",
    "model:use",
    "admin",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A key, a service or a person; `id` is what the audit log names."""

    id: str
    kind: Literal["key", "service", "person"]
    project: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise `ForbiddenError` unless the principal has the scope."""
        if self.kind == "service" or scope in self.scopes:
            return
        if scope == SERVICES_ONLY:
            raise ForbiddenError("only services may ask this", {"scope": scope})
        if "admin" not in self.scopes:
            raise ForbiddenError(
                f"the credentials lack the scope {scope!r}",
                {"scope": scope, "principal": self.id},
            )

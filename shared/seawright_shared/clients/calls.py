"""Calls: one request to a peer, as it is sent at every attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Params = Mapping[str, str | int | float | bool | Sequence[str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a peer, as it is sent at every attempt."""

    method: str
    path: str
    params: Params | None = None
    content: bytes | None = None
    headers: Mapping[str, str]
    timeout_seconds: float
    is_idempotent: bool

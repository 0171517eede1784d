"""Folders of models: what they hash to, and what their models can read."""

from dataclasses import dataclass
from typing import Protocol

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.rollouts import PolicyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """What a model can read."""

    context_length: int
    vocabulary: int
    """Token ids are below it."""
    num_experts: int = 0
    """Of one layer; 0: a dense model."""


class Copies(Protocol):
    """Model folders that outlive their run's exports."""

    async def keep(self, weights: PolicyVersion) -> str:
        """Return a folder that holds what these weights' folder does; the same one each time."""
        ...


class Weights(Protocol):
    """Model folders, as this service sees them."""

    async def sha256(self, uri: str) -> str:
        """Return the hash of a folder's weights; `InvalidRequestError` where it has none."""
        ...

    async def limits(self, uri: str) -> ModelLimits:
        """Return what a folder's model can read; `InvalidRequestError` where it cannot be told."""
        ...


class Templates(Protocol):
    """The chat templates of model folders."""

    async def prefix_fault(self, uri: str) -> str | None:
        """Say why no context can be continued in the words of a folder's template, or None."""
        ...


def refuse_broken_prefixes(pointer: str, fault: str | None) -> None:
    """Raise `InvalidRequestError` by field where a folder's chat template breaks its prefixes."""
    if fault is None:
        return
    field = FieldError(pointer=pointer, code="unstable-template", detail=fault)
    raise InvalidRequestError(f"{pointer}: {fault}", errors=[field])

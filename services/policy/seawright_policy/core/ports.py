"""What the policy needs from the world: model folders and an engine."""

from typing import Protocol

from seawright_policy.core.rendering import Renderer
from seawright_policy.core.turns import OnToken, SampledTurn, TurnOrder
from seawright_shared.records.rollouts import PolicyVersion


class ModelFolders(Protocol):
    """Folders in Hugging Face layout."""

    async def check(self, version: PolicyVersion) -> None:
        """Raise unless the folder is whole and its weights have the promised SHA-256."""
        ...

    async def describe(self, model: str, version: int, uri: str) -> PolicyVersion:
        """Return the version that a folder holds, with the SHA-256 of its weights."""
        ...

    async def renderer(self, uri: str) -> Renderer | None:
        """Return the folder's renderer, or None where it has no tokenizer of its own."""
        ...


class Engine(Protocol):
    """Samples turns with loaded weights; every token of a turn says which version sampled it."""

    async def load(self, version: PolicyVersion) -> int:
        """Make a version ready, beside those in use; return its context length in tokens."""
        ...

    async def switch(self, version: PolicyVersion) -> None:
        """Sample turns with a loaded version from now on, unless a turn asks for another one.

        An engine that holds one set of weights changes it here. Turns under way are not lost:
        each of their tokens says which version sampled it.
        """
        ...

    async def drop(self, model: str, version: int) -> None:
        """Forget a version once the turns it is sampling are done."""
        ...

    async def sample(self, order: TurnOrder, on_token: OnToken | None = None) -> SampledTurn:
        """Sample one turn; cancelling the call ends the work."""
        ...

    def load_of(self) -> tuple[int, int]:
        """Return how many turns are being sampled and how many wait."""
        ...

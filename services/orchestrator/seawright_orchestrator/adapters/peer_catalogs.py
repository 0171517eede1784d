"""What peers know and rarely change: domains of the environment, models of the policy."""

import time
from dataclasses import dataclass, field

from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.records.domains import Domain

FRESH_SECONDS = 60.0
"""How long a domain is taken as known: every episode asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A domain and when it was fetched."""

    domain: Domain
    at: float


@dataclass(slots=True, kw_only=True)
class DomainCatalog:
    """The environment's domains, remembered for a minute."""

    client: EnvironmentClient
    known: dict[str, Known] = field(default_factory=dict[str, Known])

    async def domain(self, name: str) -> Domain:
        """Return the domain, or raise `NotFoundError`."""
        found = self.known.get(name)
        if found is None or time.monotonic() - found.at > FRESH_SECONDS:
            domain = await self.client.domain(name)
            found = self.known[name] = Known(domain=domain, at=time.monotonic())
        return found.domain


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCatalog:
    """The models that the policy serves."""

    client: PolicyClient

    async def require(self, name: str) -> None:
        """Raise `NotFoundError` unless the model is served."""
        await self.client.served_model(name)

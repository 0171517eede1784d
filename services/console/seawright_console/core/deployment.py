"""A deployment as the console sees it: one typed client per service."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.trainer import TrainerClient

SERVICES = ("orchestrator", "environment", "user-simulator", "policy", "trainer")
"""The services, by their names in paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The services that the console's use cases call."""

    orchestrator: OrchestratorClient
    trainer: TrainerClient
    policy: PolicyClient
    peers: Mapping[str, Peer]
    """Every service by name, for its health."""

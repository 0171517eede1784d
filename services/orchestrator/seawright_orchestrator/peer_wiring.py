"""Joins the services that compute: one client for each."""

from dataclasses import dataclass

import httpx

from seawright_orchestrator.settings import Settings
from seawright_shared.access.gate import Access
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.user_simulator import UserSimulatorClient

LEAST_POOLS, POOL_SIZE = 8, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The three services that compute."""

    environment: EnvironmentClient
    exchange: ExchangeClient
    user_simulator: UserSimulatorClient
    policy: PolicyClient
    all: tuple[Peer, ...]


def connect(
    settings: Settings, transport: httpx.AsyncBaseTransport | None, access: Access
) -> Peers:
    """Return the clients of the peers."""
    timeout = settings.peer_timeout_seconds
    # Every episode under way may be waiting for the same peer, and nobody queues behind another.
    num_pools = max(LEAST_POOLS, -(-settings.max_episodes // POOL_SIZE) + 1)

    def peer(url: str) -> Peer:
        return Peer(
            url,
            num_pools=num_pools,
            connections=POOL_SIZE,
            transport=transport,
            timeout_seconds=timeout,
            credentials=access.credentials,
        )

    environment = peer(settings.environment_url)
    users = peer(settings.user_simulator_url)
    policy = peer(settings.policy_url)
    return Peers(
        environment=EnvironmentClient(environment),
        exchange=ExchangeClient(environment),
        user_simulator=UserSimulatorClient(users),
        policy=PolicyClient(policy, generation_seconds=timeout),
        all=(environment, users, policy),
    )

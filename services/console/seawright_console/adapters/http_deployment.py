"""Connects to the services of a deployment."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from seawright_console.core.deployment import SERVICES, Deployment
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.trainer import TrainerClient


def addresses_below(url: str) -> dict[str, str]:
    """Return the addresses of a deployment that serves all services under one address."""
    return {name: f"{url.rstrip('/')}/{name}" for name in SERVICES}


def opened(
    addresses: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    timeout_seconds: float = 60.0,
    credentials: Callable[[], str] | None = None,
) -> Deployment:
    """Return the clients of a deployment. Whoever opens closes every peer."""
    peers = {
        name: Peer(
            addresses[name],
            transport=transport,
            timeout_seconds=timeout_seconds,
            num_pools=1,
            credentials=credentials,
        )
        for name in SERVICES
    }
    return Deployment(
        orchestrator=OrchestratorClient(peers["orchestrator"]),
        trainer=TrainerClient(peers["trainer"]),
        policy=PolicyClient(peers["policy"]),
        peers=peers,
    )


@asynccontextmanager
async def connected(
    addresses: Mapping[str, str],
    *,
    timeout_seconds: float = 60.0,
    credentials: Callable[[], str] | None = None,
) -> AsyncGenerator[Deployment]:
    """Open a deployment over the network; it is closed with the context."""
    deployment = opened(addresses, timeout_seconds=timeout_seconds, credentials=credentials)
    async with AsyncExitStack() as stack:
        for peer in deployment.peers.values():
            stack.push_async_callback(peer.aclose)
        yield deployment

"""Which deployment a command talks to."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.core.deployment import Deployment
from seawright_console.settings import Settings


@asynccontextmanager
async def deployment(settings: Settings, url: str | None = None) -> AsyncGenerator[Deployment]:
    """Open the deployment at `url`, else the one of the settings."""
    addresses = addresses_below(url or settings.url)
    if url is None:
        addresses |= settings.own_addresses()
    async with connected(addresses, timeout_seconds=settings.request_timeout_seconds) as opened:
        yield opened

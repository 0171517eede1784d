"""Which deployment a command talks to."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.core.deployment import Deployment
from seawright_console.settings import Settings
from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings


@asynccontextmanager
async def deployment(settings: Settings, url: str | None = None) -> AsyncGenerator[Deployment]:
    """Open the deployment at `url`, else the one of the settings."""
    addresses = addresses_below(url or settings.url)
    if url is None:
        addresses |= settings.own_addresses()
    async with connected(
        addresses,
        timeout_seconds=settings.request_timeout_seconds,
        credentials=credentials_of(settings),
    ) as opened:
        yield opened


def credentials_of(settings: Settings) -> Callable[[], str] | None:
    """Return what calls show: the user's API key, else the deployment's own secret if it is here."""
    if settings.api_key is not None:
        key = settings.api_key.get_secret_value()
        return lambda: key
    return access_of(AccessSettings(), "console").credentials

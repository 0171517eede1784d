"""The service's front door: `seawright-user-simulator`."""

from fastapi import FastAPI

from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.web.serving import serve
from seawright_user_simulator.settings import Settings
from seawright_user_simulator.wiring import build

SERVICE = "user-simulator"


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings(), access=access_of(AccessSettings(), SERVICE))


def main() -> None:
    """Serve until stopped."""
    settings, access = Settings(), access_of(AccessSettings(), SERVICE)
    serve(build(settings, access=access), (settings.host, settings.port), access)

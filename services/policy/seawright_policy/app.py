"""The service's front door: `seawright-policy`."""

import uvicorn
from fastapi import FastAPI

from seawright_policy.settings import Settings
from seawright_policy.wiring import build


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings())


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    uvicorn.run(build(settings), host=settings.host, port=settings.port, timeout_keep_alive=75)

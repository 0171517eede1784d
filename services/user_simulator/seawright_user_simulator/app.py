"""The service's front door: `seawright-user-simulator`."""

import uvicorn
from fastapi import FastAPI

from seawright_user_simulator.settings import Settings
from seawright_user_simulator.wiring import build


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings())


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    uvicorn.run(build(settings), host=settings.host, port=settings.port, timeout_keep_alive=75)

"""The service's front door: `seawright-orchestrator`, and `seawright-orchestrator migrate`."""

import argparse
import asyncio

import uvicorn
from fastapi import FastAPI

from seawright_orchestrator.migrations.upgrade import upgrade
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.wiring import build


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings())


def main() -> None:
    """Serve until stopped, or bring the database up to date."""
    parser = argparse.ArgumentParser(prog="seawright-orchestrator")
    parser.add_argument("verb", nargs="?", choices=["serve", "migrate"], default="serve")
    settings = Settings()
    if parser.parse_args().verb == "migrate":
        asyncio.run(upgrade(settings.database_url))
        return
    uvicorn.run(build(settings), host=settings.host, port=settings.port, timeout_keep_alive=75)

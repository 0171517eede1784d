"""The service's front door: `seawright-trainer`, and `seawright-trainer migrate`."""

import argparse
import asyncio

import uvicorn
from fastapi import FastAPI

from seawright_trainer.migrations.upgrade import upgrade
from seawright_trainer.settings import Settings
from seawright_trainer.wiring import build


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings())


def main() -> None:
    """Serve until stopped, or bring the database up to date."""
    parser = argparse.ArgumentParser(prog="seawright-trainer")
    parser.add_argument("verb", nargs="?", choices=["serve", "migrate"], default="serve")
    settings = Settings()
    if parser.parse_args().verb == "migrate":
        asyncio.run(upgrade(settings.database_url))
        return
    uvicorn.run(build(settings), host=settings.host, port=settings.port, timeout_keep_alive=75)

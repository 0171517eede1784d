"""The service's front door: `seawright-trainer`, and `seawright-trainer migrate`."""

import argparse
import asyncio

from fastapi import FastAPI

from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.web.serving import serve
from seawright_trainer.migrations.upgrade import await_schema, upgrade
from seawright_trainer.settings import Settings
from seawright_trainer.wiring import build

SERVICE = "trainer"
VERBS = ("serve", "migrate", "await-schema")


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings(), access=access_of(AccessSettings(), SERVICE))


def main() -> None:
    """Serve until stopped, bring the database up to date, or wait until somebody did."""
    parser = argparse.ArgumentParser(prog="seawright-trainer")
    parser.add_argument("verb", nargs="?", choices=VERBS, default="serve")
    settings, verb = Settings(), parser.parse_args().verb
    if verb != "serve":
        asyncio.run({"migrate": upgrade, "await-schema": await_schema}[verb](settings.database_url))
        return
    access = access_of(AccessSettings(), SERVICE)
    serve(build(settings, access=access), (settings.host, settings.port), access)

"""Embedded mode: all services in one process, and the dashboard in front of them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

import seawright_environment.settings
import seawright_environment.wiring
import seawright_orchestrator.settings
import seawright_orchestrator.wiring
import seawright_policy.settings
import seawright_policy.wiring
import seawright_trainer.settings
import seawright_trainer.wiring
import seawright_user_simulator.settings
import seawright_user_simulator.wiring
from seawright_console.adapters.asgi_prefixes import ROOT, Prefixes
from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.adapters.jinja_pages import Pages
from seawright_console.adapters.served_models_file import ServedModelsFile
from seawright_console.api.dashboard import dashboard_routes
from seawright_console.core.deployment import Deployment
from seawright_console.core.merged_openapi import merged
from seawright_console.core.own_addresses import is_own
from seawright_console.usecases.gather_findings import GatherFindings
from seawright_console.usecases.survey import Survey
from seawright_shared.access.gate import OPEN, Access
from seawright_shared.clients.in_process import ApplicationTransport
from seawright_shared.clients.operations import Operation
from seawright_shared.web.authentication import Authentication
from seawright_shared.web.create_app import create_app

EMBEDDED = "http://embedded"
"""Where services find each other inside the process; never resolved."""

LEASE_SECONDS = 20.0
"""Short: after a kill, the next process on the folder waits for the leases of the last one."""

START_ORDER = ("environment", "user-simulator", "policy", "orchestrator", "trainer")
"""Who is needed starts before who needs it; they stop in the reverse order."""


def build(folder: Path, *, public_url: str, access: Access = OPEN) -> ASGIApp:
    """Assemble everything in one process, with its state in `folder`.

    `public_url` is where the result will be served: the trainer's ranks, being processes of
    their own, reach the services there; behind a gate they have a loopback door instead.
    The gate stands before the whole: inside, services trust one another.
    """
    apps: dict[str, ASGIApp] = {}
    operations: dict[str, Sequence[Operation]] = {}
    transport = ApplicationTransport(Prefixes(apps), operations)
    services = service_apps(folder, transport, public_url, is_open=access.gate is None)
    for name in ("environment", "user-simulator"):
        operations[name] = services[name].state.operations
    models = ServedModelsFile(services["policy"], folder / "models.json")
    apps.update({**services, "policy": models})
    deployment = opened(addresses_below(EMBEDDED), transport=transport)
    apps[ROOT] = console_app(deployment, services, models)
    if access.gate is None:
        return Prefixes(apps)
    return Prefixes({name: Authentication(app, access.gate) for name, app in apps.items()})


def console_app(
    deployment: Deployment, services: dict[str, FastAPI], models: ServedModelsFile
) -> FastAPI:
    """Return the dashboard, whose lifespan is that of all services too."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            for peer in deployment.peers.values():
                stack.push_async_callback(peer.aclose)
            for name in START_ORDER:
                app = services[name]
                await stack.enter_async_context(app.router.lifespan_context(app))
                if name == "policy":
                    await models.restore(deployment.policy)
            yield

    gather = GatherFindings(deployment=deployment)
    routes = dashboard_routes(Survey(deployment=deployment), gather, Pages())
    app = create_app("console", [routes], lifespan=lifespan)
    documents = {name: one.openapi for name, one in services.items()}
    app.openapi = lambda: merged({name: one() for name, one in documents.items()}, app.version)
    return app


def service_apps(
    folder: Path, transport: httpx.AsyncBaseTransport, public_url: str, *, is_open: bool
) -> dict[str, FastAPI]:
    """Return every service, with its state in the folder and its peers behind the transport.

    A user model's endpoint is behind it where that is the policy of this process; any other one,
    as an SGLang server, is reached over the network.
    """
    peers = addresses_below(EMBEDDED)
    blobs = folder / "blobs"
    users = seawright_user_simulator.settings.Settings()
    is_near = is_own(users.model_url, public_url)
    return {
        "environment": seawright_environment.wiring.build(
            seawright_environment.settings.Settings()
        ),
        "user-simulator": seawright_user_simulator.wiring.build(
            users, transport=transport if is_near else None
        ),
        "policy": seawright_policy.wiring.build(seawright_policy.settings.Settings()),
        "orchestrator": seawright_orchestrator.wiring.build(
            seawright_orchestrator.settings.Settings(
                database_url=sqlite_url(folder / "orchestrator.db"),
                blob_dir=blobs,
                environment_url=peers["environment"],
                user_simulator_url=peers["user-simulator"],
                policy_url=peers["policy"],
                lease_seconds=LEASE_SECONDS,
            ),
            transport=transport,
        ),
        "trainer": seawright_trainer.wiring.build(
            seawright_trainer.settings.Settings(
                database_url=sqlite_url(folder / "trainer.db"),
                blob_dir=blobs,
                runs_dir=folder / "runs",
                orchestrator_url=peers["orchestrator"],
                policy_url=peers["policy"],
                self_url=f"{public_url}/trainer" if is_open else None,
                lease_seconds=LEASE_SECONDS,
            ),
            transport=transport,
        ),
    }


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file; its folder exists afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite+aiosqlite:///{path.resolve()}"

"""Where the user simulator's parts are joined."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from seawright_shared.access.gate import OPEN, Access
from seawright_shared.clients.peer import Peer
from seawright_shared.telemetry.metrics import Meter
from seawright_shared.web.create_app import create_app
from seawright_user_simulator.adapters.metered_turns import turn_watch
from seawright_user_simulator.adapters.openai_engine import OpenAiEngine
from seawright_user_simulator.adapters.scripted_engine import ScriptedEngine
from seawright_user_simulator.api.turn_operations import turn_operations
from seawright_user_simulator.api.user_turns import user_turn_routes
from seawright_user_simulator.core.ports import UserEngine
from seawright_user_simulator.settings import Settings
from seawright_user_simulator.usecases.play_turn import PlayTurn


def build(
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    access: Access = OPEN,
) -> FastAPI:
    """Assemble the service. `transport` is how the model endpoint is reached; None: the network."""
    engines: dict[str, UserEngine] = {"scripted": ScriptedEngine()}
    peer = Peer(settings.model_url, transport=transport) if settings.model_url else None
    if peer is not None:
        engines["model"] = OpenAiEngine(
            peer,
            max_tokens=settings.max_reply_tokens,
            timeout_seconds=settings.model_timeout_seconds,
        )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        if peer is not None:
            await peer.aclose()

    meter = Meter("user_simulator")
    play_turn = PlayTurn(engines, observe=turn_watch(meter))
    app = create_app(
        "user_simulator",
        [user_turn_routes(play_turn)],
        lifespan=lifespan,
        meter=meter,
        gate=access.gate,
    )
    app.state.operations = turn_operations(play_turn)
    return app

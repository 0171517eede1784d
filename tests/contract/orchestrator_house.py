"""The orchestrator over ASGI with a real environment, a real simulated user and a fake policy."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgpack
import numpy as np
from fastapi import FastAPI

from seawright_environment.settings import Settings as EnvironmentSettings
from seawright_environment.wiring import build as build_environment
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.wiring import build
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.messages import Message
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.stores.traces import TokenTrace, decode_trace, encode_trace
from seawright_user_simulator.settings import Settings as UserSettings
from seawright_user_simulator.wiring import build as build_user_simulator
from tests.support.user_models import UserModels

Reply = Callable[[dict[str, Any], int], Message]
"""What the fake policy says: the request, and the number of the turn within the episode."""

DATABASE = DatabaseRef(domain="retail", seed=7, num_customers=60)


def gives_up(request: dict[str, Any], turn: int) -> Message:
    """Say something useless, for ever."""
    return Message(role="assistant", content="Sorry, I cannot help you with that.")


@dataclass(slots=True)
class FakePolicy:
    """Answers generations with real, tiny traces: each turn samples three tokens."""

    reply: Reply = gives_up
    version: int = 3
    is_down: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("refused")
        if request.url.path.startswith("/v1/served-models/"):
            name = request.url.path.rsplit("/", 1)[1]
            if name != "tiny":
                problem = {"code": "not-found", "detail": f"no model {name}", "status": 404}
                return httpx.Response(
                    404, json=problem, headers={"content-type": "application/problem+json"}
                )
            return httpx.Response(200, json={"name": name})
        return self._generate(msgpack.unpackb(request.content))

    def _generate(self, asked: dict[str, Any]) -> httpx.Response:
        self.requests.append(asked)
        turn = 0 if asked["context"] is None else len(decode_trace(asked["context"])) // 4
        message = self.reply(asked, turn)
        num = 4 * (turn + 1)
        mask = np.arange(num) % 4 > 0
        trace = TokenTrace(
            token_ids=np.arange(num, dtype=np.uint32),
            logprobs=np.where(mask, -0.5, 0.0).astype(np.float32),
            loss_mask=mask,
            versions=np.where(mask, self.version, -1).astype(np.int32),
        )
        body = {
            "context": encode_trace(trace),
            "message": message.model_dump(),
            "finish": "tool_calls" if message.tool_calls else "stop",
            "version": self.version,
            "num_prompt_tokens": num,
            "num_sampled_tokens": 3,
        }
        return httpx.Response(200, content=msgpack.packb(body))


class Switchboard(httpx.AsyncBaseTransport):
    """Reaches each peer by its host name; a host that is switched off refuses connections."""

    def __init__(self, lines: dict[str, httpx.AsyncBaseTransport]) -> None:
        self.lines = lines
        self.off: set[str] = set()
        self.refused = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self.off:
            self.refused.set()
            raise httpx.ConnectError("switched off")
        return await self.lines[request.url.host].handle_async_request(request)


@dataclass(slots=True)
class House:
    """One running orchestrator with its peers."""

    app: FastAPI
    client: OrchestratorClient
    http: httpx.AsyncClient
    policy: FakePolicy
    switchboard: Switchboard
    folder: Path


@asynccontextmanager
async def opened(
    folder: Path,
    policy: FakePolicy | None = None,
    *,
    database_url: str | None = None,
    redis_url: str | None = None,
    num_workers: int = 4,
    lease_seconds: float = 60.0,
    policy_app: FastAPI | None = None,
    user_models: UserModels | None = None,
) -> AsyncGenerator[House]:
    """Yield a house over the databases and blobs in a folder; `policy_app` replaces the fake."""
    policy = policy or FakePolicy()
    environment = build_environment(EnvironmentSettings())
    users = build_user_simulator(UserSettings())
    if user_models is not None:
        settings = UserSettings(model_url="http://models")
        users = build_user_simulator(settings, transport=user_models.transport())
    switchboard = Switchboard(
        {
            "environment": httpx.ASGITransport(environment),
            "users": httpx.ASGITransport(users),
            "policy": httpx.ASGITransport(policy_app)
            if policy_app
            else httpx.MockTransport(policy),
        }
    )
    settings = Settings(
        database_url=database_url or f"sqlite+aiosqlite:///{folder}/orchestrator.db",
        redis_url=redis_url,
        blob_dir=folder / "blobs",
        environment_url="http://environment",
        user_simulator_url="http://users",
        policy_url="http://policy",
        num_workers=num_workers,
        lease_seconds=lease_seconds,
    )
    app = build(settings, transport=switchboard)
    async with AsyncExitStack() as stack:
        for one in (environment, users, *([policy_app] if policy_app else []), app):
            await stack.enter_async_context(one.router.lifespan_context(one))
        transport = httpx.ASGITransport(app)
        peer = Peer("http://orchestrator", transport=transport)
        stack.push_async_callback(peer.aclose)
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://orchestrator")
        )
        yield House(
            app=app,
            client=OrchestratorClient(peer),
            http=http,
            policy=policy,
            switchboard=switchboard,
            folder=folder,
        )


def synthesis_spec(**changes: Any) -> SynthesisSpec:
    """Return a small synthesis."""
    plain: dict[str, Any] = {
        "domain": "retail",
        "database": DATABASE,
        "num_streams": 2,
        "num_iterations": 2,
        "candidates_per_iteration": 12,
        "seed": 5,
    }
    return SynthesisSpec(**{**plain, **changes})


async def ended(client: OrchestratorClient, run_id: str) -> JobStatus:
    """Wait for a run's final event and return what it says."""
    events = {"srun": "synthesis-runs", "erun": "evaluation-runs"}[run_id.partition("_")[0]]
    async for event in client.peer.events(f"/v1/{events}/{run_id}/events"):
        if event.type in {"run.succeeded", "run.failed", "run.cancelled"}:
            return JobStatus(event.type.removeprefix("run."))
    raise AssertionError("the events ended without an end")

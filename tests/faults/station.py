"""An orchestrator as a process before real servers, and the environment behind a line that may fail."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec
from tests.e2e.service_processes import ServiceProcess, built
from tests.faults.proxy import FaultyProxy
from tests.support.servers import PostgresServer, RedisServer

MEBIBYTE = 1 << 20


def spec(num_streams: int = 1, seed: int = 1) -> dict[str, object]:
    made = SynthesisSpec(
        domain="retail",
        database=DatabaseRef(domain="retail", seed=5, num_customers=60),
        num_streams=num_streams,
        num_iterations=2,
        candidates_per_iteration=20,
        seed=seed,
    )
    return made.model_dump(mode="json", exclude_defaults=True)


@dataclass(slots=True)
class Station:
    """An orchestrator, the environment behind a line that may fail, and a client."""

    service: ServiceProcess
    line: FaultyProxy
    client: httpx.AsyncClient

    async def create(
        self, key: str, body: dict[str, object] | None = None, path: str = "/v1/synthesis-runs"
    ) -> httpx.Response:
        """Ask for a run."""
        headers = {"idempotency-key": key}
        return await self.client.post(path, json=body or spec(), headers=headers)

    def memory(self) -> int:
        """Return the resident bytes of the service."""
        assert self.service.process is not None
        return int(psutil.Process(self.service.process.pid).memory_info().rss)

    def cpu_seconds(self) -> float:
        """Return the processor time that the service has used."""
        assert self.service.process is not None
        times = psutil.Process(self.service.process.pid).cpu_times()
        return times.user + times.system

    def num_files(self) -> int:
        """Return how many files and sockets the service has open."""
        assert self.service.process is not None
        return int(psutil.Process(self.service.process.pid).num_fds())


@asynccontextmanager
async def opened(
    postgres: PostgresServer,
    redis: RedisServer,
    folder: Path,
    *,
    others: Sequence[str] = (),
    **settings: str,
) -> AsyncGenerator[Station]:
    """Start environment, orchestrator and those others; end them afterwards."""
    name = f"faults_{folder.name}"
    url = await asyncio.to_thread(postgres.create_database, name)
    redis.flush()
    town = built(folder, databases=[url, url], redis_url=redis.url, model=folder)
    environment, orchestrator = town.services["environment"], town.services["orchestrator"]
    orchestrator.settings.update(settings)
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(FaultyProxy(environment.port).open())
        orchestrator.settings["ENVIRONMENT_URL"] = f"http://127.0.0.1:{line.port}"
        stack.push_async_callback(asyncio.to_thread, postgres.drop_database, name)
        services = (environment, *(town.services[each] for each in others), orchestrator)
        for service in services:
            stack.push_async_callback(asyncio.to_thread, service.stop)
            service.launch()
        for service in services:
            await service.ready()
        limits = httpx.Limits(max_connections=64)
        client = httpx.AsyncClient(
            base_url=orchestrator.url, trust_env=False, timeout=60, limits=limits
        )
        yield Station(orchestrator, line, await stack.enter_async_context(client))

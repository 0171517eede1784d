"""The five services, each a process of its own on a port of its own, to be killed one by one."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from seawright_console.adapters.http_deployment import connected
from seawright_console.core.deployment import Deployment
from tests.e2e.embedded_process import free_port, until

START_SECONDS = 60.0
NAMES = ("environment", "user_simulator", "policy", "orchestrator", "trainer")


@dataclass(slots=True)
class ServiceProcess:
    """One service; it may be killed, and started again on the same port."""

    name: str
    port: int
    settings: dict[str, str]
    log: Path
    everyone: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables that are the same for all services, by their whole names."""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start it, without waiting."""
        prefix = f"SEAWRIGHT_{self.name.upper()}_"
        own = {f"{prefix}{key}": value for key, value in self.settings.items()}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"from seawright_{self.name}.app import main; main()"],
                env={**os.environ, **own, **self.everyone, f"{prefix}PORT": str(self.port)},
                stdout=output,
                stderr=output,
            )

    async def ready(self) -> None:
        """Return when it says that it is; else tell what it said last."""
        last = "nothing"

        async def says_so() -> bool:
            nonlocal last
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                async with httpx.AsyncClient(trust_env=False) as client:
                    answer = await client.get(f"{self.url}/readyz")
            except httpx.TransportError as error:
                last = repr(error)
                return False
            last = answer.text
            return answer.status_code == 200

        try:
            await until(says_so, START_SECONDS)
        except AssertionError as error:
            error.add_note(f"{self.name} said last: {last}")
            raise

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop it; one that does not is killed."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass(slots=True)
class Town:
    """All services, by name, and where they keep things."""

    folder: Path
    orchestrator_database: str
    services: dict[str, ServiceProcess] = field(default_factory=dict[str, ServiceProcess])

    @asynccontextmanager
    async def deployment(self) -> AsyncGenerator[Deployment]:
        """Connect to it."""
        addresses = {name.replace("_", "-"): one.url for name, one in self.services.items()}
        async with connected(addresses) as at:
            yield at

    def stop(self) -> None:
        """Stop all, whoever needs others first."""
        for name in reversed(NAMES):
            if name in self.services:
                self.services[name].stop()


def built(folder: Path, *, databases: Sequence[str], redis_url: str, model: Path) -> Town:
    """Return a town that is not yet started; the policy serves `model` as `tiny`."""
    ports = {name: free_port() for name in NAMES}
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    orchestrator, trainer = databases
    memory = {"REDIS_URL": redis_url, "BLOB_DIR": str(folder / "blobs")}
    settings: dict[str, dict[str, str]] = {
        "environment": {},
        "user_simulator": {},
        "policy": {"MODELS": json.dumps({"tiny": str(model)})},
        "orchestrator": {
            **memory,
            "DATABASE_URL": orchestrator,
            **{f"{name.upper()}_URL": url[name] for name in NAMES[:3]},
        },
        "trainer": {
            **memory,
            "DATABASE_URL": trainer,
            "RUNS_DIR": str(folder / "runs"),
            "ORCHESTRATOR_URL": url["orchestrator"],
            "POLICY_URL": url["policy"],
            "SELF_URL": url["trainer"],
        },
    }
    town = Town(folder=folder, orchestrator_database=orchestrator)
    for name in NAMES:
        log = folder / f"{name}.log"
        town.services[name] = ServiceProcess(name, ports[name], settings[name], log)
    return town


async def started(town: Town) -> None:
    """Start all at once and return when all are ready."""
    for service in town.services.values():
        service.launch()
    async with asyncio.TaskGroup() as group:
        for service in town.services.values():
            group.create_task(service.ready())

"""Servers that a benchmark starts, and what they use."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx


def cpu_seconds(process_id: int) -> float:
    """Return the processor time that a process has used, itself and in the kernel."""
    parts = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@asynccontextmanager
async def served(command: Sequence[str], url: str) -> AsyncGenerator[int]:
    """Run a server until the block is left; it answers when entered. Yield its process's id."""
    process = await asyncio.create_subprocess_exec(sys.executable, *command)
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
            while True:
                try:
                    await http.get("/metrics")
                except httpx.TransportError:
                    assert process.returncode is None, f"{command[0]} ended"
                    await asyncio.sleep(0.2)
                else:
                    break
        yield process.pid
    finally:
        process.terminate()
        await process.wait()

"""Engines as processes of their own: installed beside the services, started, asked, ended."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import httpx

from seawright_console.core.engines import (
    EngineName,
    EngineOrder,
    Recipe,
    arguments_of,
    no_op_of,
)
from seawright_shared.errors import InvalidRequestError, SeawrightError, UnavailableError

BRIDGES = Path(__file__).parent.parent / "engine_bridges"
INSTALLED = "seawright-engine.txt"
"""Written into an environment when all of a recipe is installed in it."""
MODULES: dict[EngineName, str] = {
    "vllm": "vllm.entrypoints.openai.api_server",
    "sglang": "sglang.launch_server",
}
GRACE_SECONDS = 15.0


class EngineFailedError(SeawrightError):
    """An engine could not be installed, or ended by itself."""

    code = "engine-failed"


async def installed(venv: Path, recipe: Recipe, output: IO[str]) -> Path:
    """Return the environment's Python, after installing the recipe where it is not there yet.

    An environment that was interrupted on the way is completed.
    """
    python = venv / "bin" / "python"
    wanted = "\n".join(" ".join(one) for one in recipe.pip_calls)
    mark = venv / INSTALLED
    if mark.is_file() and mark.read_text() == wanted and python.exists():
        return python
    if not python.exists():
        await _called([sys.executable, "-m", "venv", str(venv)], output)
    for one in recipe.pip_calls:
        await _called([str(python), "-m", "pip", *one], output)
    mark.write_text(wanted)
    return python


def command_of(engine: EngineName, recipe: Recipe, order: EngineOrder, python: Path) -> list[str]:
    """Return the command line of the server."""
    start = [str(BRIDGES / recipe.bridge)] if recipe.bridge else ["-m", MODULES[engine]]
    return [str(python), *start, *arguments_of(engine, order)]


@asynccontextmanager
async def started(
    command: Sequence[str], environment: Mapping[str, str], output: IO[str]
) -> AsyncGenerator[Process]:
    """Run a server with its children as one group, which ends with the context."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await asyncio.shield(_ended(process))


async def answers(engine: EngineName, url: str, seconds: float) -> None:
    """Return when a server at a URL generates a token, or raise why it does not."""
    path, body = no_op_of(engine)
    try:
        async with httpx.AsyncClient(base_url=url, timeout=seconds, trust_env=False) as client:
            reply = await client.post(path, json=body)
    except httpx.HTTPError as error:
        raise UnavailableError(f"{url} cannot be reached: {type(error).__name__}") from error
    says = f"{url}{path} answered {reply.status_code}: {reply.text[:300]}"
    if reply.status_code >= 500:
        raise UnavailableError(says)
    if reply.status_code != 200:
        raise InvalidRequestError(f"{says}; is it a {engine} server, with its routes enabled?")


async def awaited(engine: EngineName, url: str, process: Process, seconds: float) -> None:
    """Return when the started server generates, or raise when it ended or took too long."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    await answers(engine, url, 30.0)
                except UnavailableError:
                    if process.returncode is not None:
                        raise EngineFailedError(
                            f"{engine} ended with status {process.returncode}; its log says why"
                        ) from None
                    await asyncio.sleep(1.0)
                else:
                    return
    except TimeoutError as error:
        raise EngineFailedError(f"{engine} made no token within {seconds:g} s") from error


async def _called(command: Sequence[str], output: IO[str]) -> None:
    async with started(command, {}, output) as process:
        status = await process.wait()
    if status != 0:
        raise EngineFailedError(f"`{' '.join(command[:6])} ...` ended with status {status}")


async def _ended(process: Process) -> None:
    """End a group of processes: asked first, then made to."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await process.wait()
        except TimeoutError:
            continue
    await process.wait()

"""A stock vLLM server for a benchmark: started by the people's command, read by its own counters."""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

COMMAND = "import typer; from seawright_console.cli.engine import engine; typer.run(engine)"
"""`seawright engine` without the other commands: they take seconds to import."""
QUERIED, FOUND = "prefix_cache_queries_total", "prefix_cache_hits_total"
DRAWN = "generation_tokens_total"


def write_random(folder: Path, like: Path) -> None:
    """Write a model of another one's shape with random weights: its turns hardly ever end early.

    So the raw engine and the gateway sample turns of one length, and their times compare.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    shutil.copytree(like, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    torch.manual_seed(0)
    made = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    made.to(torch.float32).save_pretrained(folder)


@asynccontextmanager
async def served_vllm(model: Path, flags: Mapping[str, object]) -> AsyncGenerator[str]:
    """Run `seawright engine vllm` until the block is left; yield the URL that it printed."""
    named = {"model": model, "name": "m", "port": 0, "dtype": "float32", **flags}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        COMMAND,
        "vllm",
        *(f"--{name}={value}" for name, value in named.items()),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        url = (await process.stdout.readline()).decode().strip()
        assert url.startswith("http://"), "vllm did not start: the log that it names says why"
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def counted(text: str, name: str) -> float:
    """Return a counter of vLLM's, all its engines together."""
    found: Sequence[str] = re.findall(rf"^vllm:{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
    assert found, f"the server tells no vllm:{name}"
    return sum(map(float, found))


async def counters(http: httpx.AsyncClient) -> dict[str, float]:
    """Return what the server has counted so far."""
    text = (await http.get("/metrics")).raise_for_status().text
    return {name: counted(text, name) for name in (QUERIED, FOUND, DRAWN)}


async def drawing(http: httpx.AsyncClient, before: float, num_tokens: int) -> None:
    """Return once the server has drawn so many tokens since its counter stood at `before`."""
    while (await counters(http))[DRAWN] < before + num_tokens:
        await asyncio.sleep(0.05)


def share_found(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return which share of the prompt tokens between two readings the prefix cache held."""
    asked = after[QUERIED] - before[QUERIED]
    assert asked > 0, "no prompt was looked up between the readings"
    return (after[FOUND] - before[FOUND]) / asked

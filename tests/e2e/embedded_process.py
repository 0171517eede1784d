"""The embedded stack as a process of its own, to be killed; and a small random model."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.adapters.uvicorn_server import bound_socket
from seawright_console.core.deployment import Deployment
from seawright_console.tiny_base import tokenizer
from seawright_shared.errors import UnavailableError

START_SECONDS = 90.0
POLL_SECONDS = 0.1


def write_model(folder: Path, *, seed: int = 0) -> Path:
    """Write a random Qwen3 of a hundred thousand weights that speaks the tiny template."""
    folder.mkdir(parents=True)
    tokenizer.save(folder)
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=tokenizer.build().get_vocab_size(),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        eos_token_id=1,
        pad_token_id=0,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    (folder / "renderer.json").write_text(json.dumps({"template": "tiny"}))
    return folder


def free_port() -> int:
    """Return a port that is free now."""
    with bound_socket("127.0.0.1", 0) as listening:
        return int(listening.getsockname()[1])


@dataclass(slots=True)
class EmbeddedProcess:
    """`seawright up --embedded` on one folder; it may be killed and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start it, without waiting."""
        line = "from seawright_console.app import main; main()"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", line, "up", "--embedded"),
                *("--folder", str(self.folder), "--port", str(self.port)),
            ],
            stderr=subprocess.PIPE,
        )

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        self.launch()
        async with self.deployment() as at:
            await until(lambda: is_ready(at, self.process), START_SECONDS)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> None:
        """Stop it as Ctrl-C would."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()

    @asynccontextmanager
    async def deployment(self) -> AsyncGenerator[Deployment]:
        """Connect to it."""
        async with connected(addresses_below(self.url)) as at:
            yield at


async def is_ready(at: Deployment, process: "subprocess.Popen[bytes] | None") -> bool:
    """Return whether it answers; a process that ended is an error."""
    assert process is not None
    if process.poll() is not None:
        raise AssertionError(process.communicate()[1].decode()[-2000:])
    try:
        await at.trainer.runs(limit=1)
    except UnavailableError:
        return False
    return True


async def until(found: "Callable[[], object]", seconds: float) -> None:
    """Wait until the condition holds; it may be a coroutine function."""
    end = time.monotonic() + seconds
    while True:
        answer = found()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        assert time.monotonic() < end, f"not within {seconds} s"
        await asyncio.sleep(POLL_SECONDS)

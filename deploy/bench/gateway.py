"""What the policy's gateway adds to an engine, and what new weights cost those under way.

    python deploy/bench/gateway.py [--concurrency 64] [--latency 1.0] [--rounds 6]
    python deploy/bench/gateway.py --url http://127.0.0.1:8200 --model DIR

Engine, gateway and caller are three processes. The same contexts are continued by one turn,
`--concurrency` at a time, now by the raw engine, now through the gateway, in turn, so that both see
the same machine. The raw engine is one that only takes time; with `--url`, a running vLLM server
that serves the model of `--model`. Then weights change while `--updating` turns are under way.
"""

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

import seawright_console.tiny_base
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import GenerationRequest, PublishRequest
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import decode_trace

HERE = Path(__file__).parent
TINY = Path(seawright_console.tiny_base.__file__).parent / "model"
SYSTEM = (
    "Help people with their bookings. Always say what you are about to do, and wait for a yes. "
)
FRONT = """
import json, sys, uvicorn
from seawright_policy.settings import Settings
from seawright_policy.wiring import build
settings = Settings(**json.loads(sys.argv[1]))
uvicorn.run(build(settings), port=settings.port, log_level="warning", access_log=False)
"""
HELLO = Message(role="user", content="Please change the seat of booking K-12 to the window.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of turns."""

    seconds: list[float]
    wall: float
    num_tokens: int

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.num_tokens / self.wall


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is measured against what."""

    raw: httpx.AsyncClient
    client: PolicyClient
    contexts: list[bytes]
    max_tokens: int

    async def by_engine(self, at: int) -> int:
        """Continue a context by the raw engine; return how many tokens came."""
        trace = decode_trace(self.contexts[at])
        body = {
            "token_ids": trace.token_ids.tolist(),
            "sampling_params": {
                "temperature": 1.0,
                "max_tokens": self.max_tokens,
                "seed": at,
                "stop_token_ids": [1],
                "logprobs": 0,
                "detokenize": False,
            },
        }
        reply = (await self.raw.post("/inference/v1/generate", json=body)).raise_for_status()
        return len(reply.json()["choices"][0]["token_ids"])

    async def by_gateway(self, at: int) -> int:
        """Continue a context through the gateway; return how many tokens came."""
        done = await self.client.generate(self.request(at))
        return done.num_sampled_tokens

    def request(self, at: int) -> GenerationRequest:
        """Return the next turn of a context."""
        return GenerationRequest(
            model="m",
            context=self.contexts[at],
            messages=[HELLO],
            sampling=Sampling(max_tokens=self.max_tokens, seed=at),
        )


async def timed(turn: Callable[[int], Awaitable[int]], concurrency: int) -> Round:
    """Run so many turns at once."""

    async def one(at: int) -> tuple[float, int]:
        began = time.perf_counter()
        count = await turn(at)
        return time.perf_counter() - began, count

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(at)) for at in range(concurrency)]
    done = [task.result() for task in tasks]
    return Round(
        seconds=[seconds for seconds, _ in done],
        wall=time.perf_counter() - began,
        num_tokens=sum(count for _, count in done),
    )


def compared(raw: Sequence[Round], ours: Sequence[Round]) -> dict[str, float]:
    """Return the ratios."""
    raw_p50 = statistics.median(one for each in raw for one in each.seconds)
    our_p50 = statistics.median(one for each in ours for one in each.seconds)
    return {
        "raw_p50_ms": round(1000 * raw_p50, 2),
        "gateway_p50_ms": round(1000 * our_p50, 2),
        "added_p50_ms": round(1000 * (our_p50 - raw_p50), 2),
        "added_p50_percent": round(100 * (our_p50 / raw_p50 - 1), 2),
        "raw_tokens_per_second": round(statistics.median(one.rate for one in raw), 1),
        "gateway_tokens_per_second": round(statistics.median(one.rate for one in ours), 1),
    }


async def update(bench: Bench, model: Path, num_turns: int, url: str) -> dict[str, float]:
    """Change the weights while turns are under way; return what became of them."""
    current = (await bench.client.served_model("m")).current
    assert current is not None
    number = current.version + 1
    again = [bench.request(at % len(bench.contexts)) for at in range(num_turns)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bench.client.generate(one)) for one in again]
        await asyncio.sleep(0.3)
        for phase in ("prepare", "commit"):
            body = PublishRequest(uri=str(model), sha256=current.sha256, phase=phase)
            await bench.client.publish("m", number, body)
    done = [task.result() for task in tasks]
    traces = [decode_trace(one.context) for one in done]
    fresh = [
        trace.versions[len(decode_trace(asked.context or b"")) :]
        for trace, asked in zip(traces, again, strict=True)
    ]
    spoken = [versions[versions >= 0].tolist() for versions in fresh]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        text = (await http.get("/metrics")).text
    pause = re.search(r"^seawright_policy_weights_pause_seconds ([-+.0-9e]+)$", text, re.MULTILINE)
    return {
        "turns_under_way": num_turns,
        "turns_lost": num_turns - sum(bool(one) for one in spoken),
        "turns_of_both_versions": sum(len(set(one)) == 2 for one in spoken),
        "tokens_without_version": sum(
            one.num_sampled_tokens - len(own) for one, own in zip(done, spoken, strict=True)
        ),
        "pause_seconds": round(float(pause[1]), 3) if pause else -1.0,
    }


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


async def opened(client: PolicyClient, count: int, max_tokens: int, words: int) -> list[bytes]:
    """Return contexts of one turn each."""
    system = Message(role="system", content=SYSTEM * (words // 16))
    sampling = Sampling(max_tokens=max_tokens)
    requests = [
        GenerationRequest(
            model="m",
            context=None,
            messages=[system, HELLO],
            sampling=sampling.model_copy(update={"seed": at}),
        )
        for at in range(count)
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(client.generate(one)) for one in requests]
    return [task.result().context for task in tasks]


async def measure(given: argparse.Namespace) -> dict[str, float]:
    """Start what is needed and measure."""
    model = given.model.absolute()
    async with AsyncExitStack() as stack:
        engine_url = given.url
        if engine_url is None:
            port = free_port()
            engine_url = f"http://127.0.0.1:{port}"
            command = [str(HERE / "measuring" / "latent_engine.py"), str(port)]
            command += ["--latency", str(given.latency), "--tokens", str(given.tokens)]
            await stack.enter_async_context(served(command, engine_url))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = {
            "port": port,
            "engine": "vllm",
            "engine_urls": [engine_url],
            "models": {"m": str(model)},
            "drain_seconds": 0,
            "max_context_tokens": 1_000_000,
        }
        front = ["-c", FRONT, json.dumps(settings)]
        gateway_id = await stack.enter_async_context(served(front, url))
        peer = Peer(url, num_pools=16, timeout_seconds=300)
        stack.push_async_callback(peer.aclose)
        client = PolicyClient(peer)
        # Expired before a server's own five seconds: a connection that it closes is not written to.
        limits = httpx.Limits(
            max_connections=256, max_keepalive_connections=256, keepalive_expiry=3.0
        )
        raw = await stack.enter_async_context(
            httpx.AsyncClient(base_url=engine_url, limits=limits, trust_env=False, timeout=300)
        )
        contexts = await opened(client, given.concurrency, given.tokens, given.words)
        bench = Bench(raw=raw, client=client, contexts=contexts, max_tokens=given.tokens)
        rounds: dict[str, list[Round]] = {"raw": [], "ours": []}
        spent = {"raw": 0.0, "ours": 0.0}
        for at in range(given.rounds + 1):
            pair = {"raw": bench.by_engine, "ours": bench.by_gateway}
            for name in pair if at % 2 else reversed(pair):
                cpu = cpu_seconds(gateway_id)
                found = await timed(pair[name], given.concurrency)
                if at:  # The first round opens connections.
                    rounds[name].append(found)
                    spent[name] += cpu_seconds(gateway_id) - cpu
        context_tokens = len(decode_trace(contexts[0]))
        return {
            "concurrency": given.concurrency,
            "context_tokens": context_tokens,
            **compared(rounds["raw"], rounds["ours"]),
            "gateway_cpu_ms_per_turn": round(
                1000 * (spent["ours"] - spent["raw"]) / (given.rounds * given.concurrency), 2
            ),
            **await update(bench, model, given.updating, url),
        }


def main() -> None:
    """Measure, and print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds of a turn")
    parser.add_argument("--tokens", type=int, default=100, help="of a turn")
    parser.add_argument("--words", type=int, default=320, help="of the system prompt")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--updating", type=int, default=200)
    parser.add_argument("--url", help="a running vLLM server")
    parser.add_argument("--model", type=Path, default=TINY, help="the folder that it serves")
    found = asyncio.run(measure(parser.parse_args()))
    for name, value in found.items():
        print(f"{name:30} {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

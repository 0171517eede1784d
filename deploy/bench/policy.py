"""Tokens a second of the torch engine, decoding and reading prompts.

    python deploy/bench/policy.py [--model FOLDER] [--context 800] [--tokens 64] [--threads 1]

Decoding: 1, 16 and 64 turns at once, every turn `--tokens` long after a prompt of `--context`
tokens that is already in the cache. Prompts: the same contexts read cold. Wall-clock seconds, and
beside them tokens per second of processor time, which a busy machine changes less.
"""

import argparse
import asyncio
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import seawright_console.tiny_base
from seawright_policy.adapters.torch_engine import TorchEngine, TorchOptions
from seawright_policy.adapters.torch_types import compute_type
from seawright_policy.core.turns import TurnOrder
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.trajectories import Sampling

NO_END = 1 << 30
TINY = Path(seawright_console.tiny_base.__file__).parent / "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Tokens per second of wall-clock and of processor time."""

    wall: float
    processor: float


async def timed(engine: TorchEngine, orders: list[TurnOrder], num_tokens: int) -> Rate:
    """Run the orders together and return the rate of `num_tokens`."""
    wall, processor = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for order in orders:
            group.create_task(engine.sample(order))
    return Rate(
        wall=num_tokens / (time.perf_counter() - wall),
        processor=num_tokens / (time.process_time() - processor),
    )


def order(token_ids: list[int], num_tokens: int) -> TurnOrder:
    """Return an order for a turn of fixed length."""
    return TurnOrder(
        model="bench",
        version=0,
        token_ids=token_ids,
        cuts=[len(token_ids) - 1],
        sampling=Sampling(max_tokens=num_tokens),
        end_id=NO_END,
    )


async def measure(asked: argparse.Namespace) -> None:
    """Print a line for each number of turns."""
    options = TorchOptions(dtype=compute_type("auto"), num_threads=asked.threads)
    draw = random.Random(0)  # noqa: S311
    found: dict[str, float] = {}
    async with TorchEngine(options) as engine:
        uri = str(asked.model)
        await engine.load(PolicyVersion(model="bench", version=0, uri=uri, sha256=""))
        print(f"{options.dtype}, {asked.threads} threads, context {asked.context}")
        print("turns  decode tok/s  (per CPU s)  prompt tok/s  (per CPU s)")
        for num_turns in (1, 16, 64):
            prompts = [
                [draw.randrange(8, 1000) for _ in range(asked.context)] for _ in range(num_turns)
            ]
            read = await timed(
                engine, [order(one, 1) for one in prompts], num_turns * asked.context
            )
            # Each prompt's cache is parked now, all but its last token.
            sampled = num_turns * asked.tokens
            said = await timed(engine, [order(one, asked.tokens) for one in prompts], sampled)
            print(
                f"{num_turns:5}  {said.wall:12,.0f}  {said.processor:11,.0f}"
                f"  {read.wall:12,.0f}  {read.processor:11,.0f}"
            )
            found[f"decode_tokens_per_second_{num_turns}"] = round(said.wall, 1)
            found[f"decode_tokens_per_cpu_second_{num_turns}"] = round(said.processor, 1)
            found[f"prompt_tokens_per_second_{num_turns}"] = round(read.wall, 1)
    print(json.dumps(found))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=TINY)
    parser.add_argument("--context", type=int, default=800)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()

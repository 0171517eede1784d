"""Training speed on a CPU: tokens per second, packed against padded, ranks in step.

    python deploy/bench/trainer.py [--threads 2] [--runs 2]

The model is the demo's shape (Qwen3, 4 layers of 192, vocabulary 1,200), randomly initialized;
a step is 16 sequences of about 1,000 tokens, a quarter of which carry loss. Absolute figures
depend on the machine and on what else it does.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.adapters.hf_models import cost_model, load_model
from seawright_trainer.adapters.rank_group import join_ranks, leave_ranks
from seawright_trainer.core.packing import (
    CostModel,
    lock_step_bound,
    lock_step_efficiency,
    pack,
    transformer_cost,
)
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import StepSequences, WeightedSequence, join

VOCABULARY = 1200
BUDGET = 8192
NUM_TRAJECTORIES = 512
FULL_COST = transformer_cost(
    num_parameters=3_000_000_000, num_layers=48, num_heads=32, head_size=128
)
"""About Qwen3-30B-A3B's active parameters: for the simulation of ranks in step."""


def write_model(folder: Path) -> None:
    """Write a random model of the demo's shape."""
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=192,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=3,
        head_dim=32,
        intermediate_size=576,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
    )
    # transformers is partly untyped.
    Qwen3ForCausalLM(config).save_pretrained(folder)  # pyright: ignore[reportUnknownMemberType]


def trajectories(lengths: list[int]) -> StepSequences:
    """Return random sequences of these lengths."""
    generator = np.random.default_rng(0)
    return join(
        [
            WeightedSequence(
                token_ids=generator.integers(0, VOCABULARY, length).astype(np.uint32),
                loss_mask=generator.random(length) < 0.25,
                behaviour=np.full(length, -7.0, np.float32),
            )
            for length in lengths
        ]
    )


def engine_of(folder: Path, kind: str, dtype: str) -> FsdpEngine:
    """Return the engine that ranks use, alone."""
    spec = TrainingSpec(
        kind="sft" if kind == "sft" else "grpo",
        model=ModelSpec(
            uri=str(folder), name="bench", dtype="float32" if dtype == "float32" else "bfloat16"
        ),
        dataset_id="none",
        num_steps=100,
    )
    return FsdpEngine(load_model(str(folder)), spec, torch.device("cpu"))


def measure(engine: FsdpEngine, step: StepSequences, cost: CostModel, runs: int) -> float:
    """Return the best tokens per second of whole optimizer steps."""
    plan = pack(step.lengths, token_budget=BUDGET, num_ranks=1, cost=cost)
    rows = [pack_row(step, indices) for indices in plan.micro_batches[0]]
    seconds: list[float] = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        engine.train_step(rows, step.num_loss_tokens)
        seconds.append(time.perf_counter() - started)
    return len(step.token_ids) / min(seconds[1:])


def length_mix(seed: int) -> list[int]:
    """Return 512 agent trajectories' lengths: log-normal, median 7,300, at most 32,768."""
    drawn = np.random.default_rng(seed).lognormal(8.9, 0.6, NUM_TRAJECTORIES)
    return [int(length) for length in np.clip(drawn, 500, 32_768)]


def padded_ratio(lengths: list[int]) -> float:
    """Return tokens of rows padded to the longest of each 8 over the tokens there are."""
    rows = [lengths[start : start + 8] for start in range(0, len(lengths), 8)]
    return sum(max(row) * len(row) for row in rows) / sum(lengths)


def main() -> None:
    """Measure, print a table, and one JSON object as the last line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    ranks = join_ranks(rank=0, size=1, local_rank=0, deadline_seconds=60.0)
    assert ranks.device.type == "cpu", "this bench is of the CPU path"
    report: dict[str, float] = {"threads": float(given.threads)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_model(folder)
        cost = cost_model(str(folder))
        lengths = [int(n) for n in np.random.default_rng(1).integers(700, 1300, 16)]
        step = trajectories(lengths)
        for kind in ("sft", "grpo"):
            for dtype in ("float32", "bfloat16"):
                engine = engine_of(folder, kind, dtype)
                speed = measure(engine, step, cost, given.runs)
                report[f"{kind}_{dtype}_tokens_per_second"] = round(speed)
    leave_ranks()
    report["padded_over_packed_tokens"] = round(padded_ratio(length_mix(0)), 3)
    for num_ranks in (8, 32, 64):
        lengths = length_mix(0)
        plan = pack(lengths, token_budget=65_536, num_ranks=num_ranks, cost=FULL_COST)
        share = lock_step_efficiency(plan, lengths, FULL_COST)
        report[f"lock_step_efficiency_{num_ranks}_ranks"] = round(share, 4)
        bound = lock_step_bound(lengths, num_ranks, FULL_COST)
        report[f"lock_step_bound_{num_ranks}_ranks"] = round(bound, 4)
    for name, value in report.items():
        sys.stdout.write(f"{name:<40} {value:>12,.4g}\n")
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()

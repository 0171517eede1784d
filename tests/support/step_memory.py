"""Prints what two training steps hold at most, beside what the plan says: `step_memory.py 0|1`.

A process of its own, with an allocator that gives memory back: peaks are then those of tensors.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch._C._distributed_c10d import HashStore
from transformers import AutoModelForCausalLM, Qwen3Config

from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.adapters.meta_models import shape_of
from seawright_trainer.core.packed_attention import NAME, register_packed_attention
from seawright_trainer.core.packed_model import PackedModel
from seawright_trainer.core.planning.memory import Layout, memory_parts
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import WeightedSequence, join

NUM_TOKENS, NUM_SEQUENCES, VOCABULARY = 2048, 4, 2048
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Return the process's resident bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def config_of(num_layers: int, hidden_size: int) -> Qwen3Config:
    """Return a dense model whose states and activations are of one magnitude."""
    return Qwen3Config(
        hidden_size=hidden_size,
        num_hidden_layers=num_layers,
        num_attention_heads=8,
        num_key_value_heads=4,
        head_dim=64,
        intermediate_size=3 * hidden_size,
        vocab_size=VOCABULARY,
        tie_word_embeddings=True,
    )


def engine_of(config: Qwen3Config, *, is_recomputed: bool) -> FsdpEngine:
    """Return the trainer's own engine on one rank."""
    spec = TrainingSpec.model_validate(
        {
            "kind": "sft",
            "model": {"uri": "none", "name": "none", "dtype": "float32"},
            "dataset_id": "none",
            "num_steps": 9,
            "recompute_blocks": is_recomputed,
        }
    )
    model = AutoModelForCausalLM.from_config(config, attn_implementation=NAME, dtype=torch.float32)
    if is_recomputed:
        model.activation_checkpointing_enable()
        model.train()
    return FsdpEngine(PackedModel(model), spec, torch.device("cpu"))


def step(engine: FsdpEngine, num_tokens: int) -> None:
    """Make one optimizer step on random tokens."""
    draw = np.random.default_rng(1)
    length = num_tokens // NUM_SEQUENCES
    sequences = [
        WeightedSequence(
            token_ids=draw.integers(0, VOCABULARY, length).astype(np.uint32),
            loss_mask=np.ones(length, np.bool_),
            behaviour=np.zeros(length, np.float32),
        )
        for _ in range(NUM_SEQUENCES)
    ]
    joined = join(sequences)
    engine.train_step([pack_row(joined, range(NUM_SEQUENCES))], joined.num_loss_tokens)


def main() -> None:
    """Measure, predict, print both in bytes."""
    is_recomputed = sys.argv[1] == "1"
    torch.set_num_threads(1)
    dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    register_packed_attention()
    # What torch itself loads and keeps at a first step is not the model's.
    step(engine_of(config_of(1, 64), is_recomputed=is_recomputed), 64)
    before, peak, ended = resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.is_set():
            peak = max(peak, resident())
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    config = config_of(8, 512)
    engine = engine_of(config, is_recomputed=is_recomputed)
    # Moments exist from the first step's end on.
    step(engine, NUM_TOKENS)
    step(engine, NUM_TOKENS)
    ended.set()
    watcher.join()
    layout = Layout(num_ranks=1, token_budget=NUM_TOKENS, is_recomputed=is_recomputed)
    parts = memory_parts(shape_of(config.to_dict(), torch.float32), layout)
    sys.stdout.write(json.dumps({"measured": peak - before, "planned": sum(parts.values())}))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

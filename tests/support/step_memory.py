"""Prints what two training steps hold at most, beside what the plan says.

`step_memory.py CASE RANK [MEETING]`: a `Case` in JSON, and a file that several ranks meet at.

A process of its own, with an allocator that gives memory back: peaks are then those of tensors.
"""

import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch._C._distributed_c10d import HashStore
from transformers import AutoModelForCausalLM, PretrainedConfig, Qwen3Config, Qwen3MoeConfig

from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.adapters.meta_models import shape_of
from seawright_trainer.core.lora import add_adapters
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is measured."""

    recompute: bool = False
    lora: bool = False
    mixture: bool = False
    num_ranks: int = 1
    num_replicas: int = 1

    @property
    def spec(self) -> TrainingSpec:
        """Return the run's spec."""
        return TrainingSpec.model_validate(
            {
                "kind": "sft",
                "model": {"uri": "none", "name": "none", "dtype": "float32"},
                "dataset_id": "none",
                "num_steps": 9,
                "recompute_blocks": self.recompute,
                "num_ranks": self.num_ranks,
                "num_replicas": self.num_replicas,
                "lora": {"rank": 8} if self.lora else None,
            }
        )

    def config(self, num_layers: int, hidden_size: int) -> PretrainedConfig:
        """Return a model whose states and activations are of one magnitude."""
        sizes: dict[str, Any] = {
            "hidden_size": hidden_size,
            "num_hidden_layers": num_layers,
            "num_attention_heads": 8,
            "num_key_value_heads": 4,
            "head_dim": 64,
            "intermediate_size": 3 * hidden_size,
            "vocab_size": VOCABULARY,
            "tie_word_embeddings": True,
        }
        if not self.mixture:
            return Qwen3Config(**sizes)
        experts: dict[str, Any] = {"num_experts": 8, "num_experts_per_tok": 2}
        return Qwen3MoeConfig(**sizes, moe_intermediate_size=hidden_size, **experts)


def engine_of(config: PretrainedConfig, case: Case) -> FsdpEngine:
    """Return the trainer's own engine on one rank."""
    experts: dict[str, Any] = {"experts_implementation": "eager"} if case.mixture else {}
    model = AutoModelForCausalLM.from_config(
        config, attn_implementation=NAME, dtype=torch.float32, **experts
    )
    if case.recompute:
        model.activation_checkpointing_enable()
        model.train()
    packed = PackedModel(model)
    if case.spec.lora is not None:
        add_adapters(packed, case.spec.lora, seed=0)
    return FsdpEngine(packed, case.spec, torch.device("cpu"))


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
    case = Case(**json.loads(sys.argv[1]))
    rank = int(sys.argv[2])
    torch.set_num_threads(1)
    if case.num_ranks == 1:
        dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    else:
        store = f"file://{sys.argv[3]}"
        dist.init_process_group("gloo", init_method=store, rank=rank, world_size=case.num_ranks)
    register_packed_attention()
    # What torch itself loads and keeps at a first step is not the model's.
    step(engine_of(case.config(1, 64), case), 64)
    before, peak, ended = resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.is_set():
            peak = max(peak, resident())
            time.sleep(0.001)

    config = case.config(8, 512)
    watcher = threading.Thread(target=watch)
    engine = engine_of(config, case)
    dist.barrier()
    watcher.start()
    # Moments exist from the first step's end on.
    step(engine, NUM_TOKENS)
    step(engine, NUM_TOKENS)
    ended.set()
    watcher.join()
    layout = Layout(
        num_ranks=case.num_ranks,
        num_replicas=case.num_replicas,
        token_budget=NUM_TOKENS,
        is_recomputed=case.recompute,
    )
    parts = memory_parts(shape_of(config.to_dict(), torch.float32, case.spec.lora), layout)
    told = {"measured": peak - before, "planned": sum(parts.values()), "parts": parts}
    sys.stdout.write(json.dumps(told))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

"""A rank of its own that trains on while its checkpoint is held up in the middle of being written.

Arguments: rank, rendezvous file, folder of models, folder for checkpoints. It says `trained` when a
step was done during the save; a line on its standard input lets the shards be written. Then it
says what it found, as JSON.
"""

import copy
import json
import sys
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import FileStore
from torch.distributed.checkpoint.filesystem import FileSystemWriter
from torch.distributed.checkpoint.planner import SavePlan, SavePlanner
from torch.distributed.checkpoint.storage import WriteResult
from torch.futures import Future

from seawright_trainer.adapters.checkpoint_saver import CheckpointSaver
from seawright_trainer.adapters.dcp_checkpoints import load_checkpoint
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.adapters.rank_group import gloo_group
from seawright_trainer.core.segments import pack_row
from tests.support.rank_steps import SHARES, engine_of, place, ragged_step, whole_state

NUM_RANKS = 2
write_data = FileSystemWriter.write_data


def hold_up_writing() -> None:
    """Let the disk take shards only when a line was read."""

    def held_up(
        self: FileSystemWriter, plan: SavePlan, planner: SavePlanner
    ) -> Future[list[WriteResult]]:
        sys.stdin.readline()
        return write_data(self, plan, planner)

    FileSystemWriter.write_data = held_up


def say(line: str) -> None:
    """Tell whoever started this rank."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def step(engine: FsdpEngine, rank: int, seed: int) -> None:
    """Train one step of two ranks."""
    sequences = ragged_step(seed)
    rows = [pack_row(sequences, indices) for indices in SHARES[NUM_RANKS][rank]]
    engine.train_step(rows, sequences.num_loss_tokens)


def same(mine: object, other: object) -> bool:
    """Return whether two gathered states have the same tensors."""
    if isinstance(mine, torch.Tensor) and isinstance(other, torch.Tensor):
        return torch.equal(mine, other)
    if isinstance(mine, dict) and isinstance(other, dict):
        return mine.keys() == other.keys() and all(same(mine[key], other[key]) for key in mine)
    return mine == other


def main() -> None:
    """Save step 1; then be held up in saving step 2."""
    rank, rendezvous, base, folder = sys.argv[1:]
    torch.set_num_threads(1)
    store = FileStore(rendezvous, NUM_RANKS)
    dist.init_process_group("gloo", store=store, rank=int(rank), world_size=NUM_RANKS)
    engine = engine_of(base)
    saver = CheckpointSaver(
        engine=engine, place=place(Path(folder)), group=gloo_group(timedelta(seconds=60))
    )
    step(engine, int(rank), 0)
    saver.begin(1)
    saver.settle()
    saver.collect()
    step(engine, int(rank), 1)
    hold_up_writing()
    # What is gathered of a CPU shares memory with what goes on being trained.
    copied = copy.deepcopy(whole_state(engine))
    saver.begin(2)
    step(engine, int(rank), 2)
    trained = whole_state(engine)
    is_beside, is_early = saver.is_writing, saver.collect() is not None
    say("trained")
    saver.settle()
    whole = saver.collect()
    dist.barrier()
    resumed = engine_of(base)
    manifest = load_checkpoint(resumed, Path(folder) / "step_2")
    loaded = whole_state(resumed)
    found = {
        "was_written_beside": is_beside,
        "was_told_early": is_early,
        "whole": None if whole is None else whole.name,
        "num_applied": manifest.num_applied,
        # Gathered states are rank 0's alone.
        "is_what_was_copied": same(loaded, copied),
        "is_what_was_trained": same(loaded, trained),
    }
    say(json.dumps(found))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

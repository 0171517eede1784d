"""A rank of its own: trains the same three ragged steps on however many ranks there are.

Arguments: rank (or `all`), number of ranks, rendezvous file, folder of models, folder for what is written,
and a folder of checkpoints to load (or `-` to train).
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch._C._distributed_c10d import FileStore
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_state_dict

from seawright_shared.records.specs import LoraSpec, ModelSpec, OptimizerSpec, TrainingSpec
from seawright_trainer.adapters.dcp_checkpoints import (
    CheckpointPlace,
    load_checkpoint,
    save_checkpoint,
)
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.adapters.hf_export import export_model
from seawright_trainer.adapters.hf_models import prepare_model
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import StepSequences, WeightedSequence, join

SHARES = {
    1: [[[0, 1, 2, 3, 4, 5]]],
    2: [[[0], [1, 2], [3]], [[4], [5], []]],
    4: [[[0], []], [[1, 2], []], [[3], [5]], [[4], []]],
    6: [[[0]], [[1]], [[2]], [[3]], [[4]], [[5]]],
}
"""Micro-batches of each rank, by number of ranks; sequence 4 and 5 carry no loss."""

OPTIONS: dict[str, tuple[LoraSpec | None, int, int]] = {
    "tied": (None, 1, 1),
    "replicated": (None, 2, 1),
    "adapted": (LoraSpec(rank=4, alpha=8.0), 1, 1),
    "mixture": (None, 1, 1),
    "divided": (None, 1, 2),
    "starved": (None, 1, 2),
    "copies": (None, 2, 2),
}
"""Adapters, replicas and ranks that divide experts, by kind of model."""

KINDS = ("tied", "replicated", "adapted", "mixture", "divided", "starved")
"""Models: whether the head is the embedding (case 16), and how it is trained."""

ALL = "all"
"""In the place of a rank."""

STARVED = "starved"
"""Kind of model whose tokens are all routed to the first rank's experts."""

MAX_FILE_BYTES = 8192
"""Of exports: small enough that there are several files."""


def ragged_step(seed: int) -> StepSequences:
    """Return six sequences of different lengths; the second rank's carry no loss at step 0."""
    generator = np.random.default_rng(seed)
    parts: list[WeightedSequence] = []
    for index, length in enumerate([30, 3, 17, 9, 12, 2]):
        has_loss = index < 4 or seed > 0
        parts.append(
            WeightedSequence(
                token_ids=generator.integers(0, 32, length).astype(np.uint32),
                loss_mask=(generator.random(length) < 0.6) & has_loss,
                behaviour=(-3.5 + generator.random(length) / 4).astype(np.float32),
                advantage=float(generator.normal()),
                temperature=0.8,
            )
        )
    return join(parts)


def engine_of(base: str) -> FsdpEngine:
    """Return a GRPO engine in fp32, of the kind that the base's folder is named after."""
    lora, num_replicas, expert_parallel = OPTIONS.get(Path(base).name, (None, 1, 1))
    num_peers = min(expert_parallel, dist.get_world_size())
    spec = TrainingSpec(
        kind="grpo",
        model=ModelSpec(uri=base, name="tiny", dtype="float32"),
        dataset_id="none",
        num_steps=10,
        optimizer=OptimizerSpec(learning_rate=3e-3),
        lora=lora,
        num_replicas=min(num_replicas, dist.get_world_size() // num_peers),
        expert_parallel=num_peers,
    )
    return FsdpEngine(prepare_model(spec), spec, torch.device("cpu"))


def train(engine: FsdpEngine, rank: int, size: int) -> list[dict[str, float]]:
    """Train three steps and return their metrics."""
    measured: list[dict[str, float]] = []
    for seed in range(3):
        step = ragged_step(seed)
        if Path(engine.spec.model.uri).name == STARVED:
            step = replace(
                step, routes=np.tile(np.array([0, 1], np.int16), (len(step.token_ids), 2, 1))
            )
        rows = [pack_row(step, indices) for indices in SHARES[size][rank]]
        measured.append(engine.train_step(rows, step.num_loss_tokens).metrics)
    return measured


def whole_state(engine: FsdpEngine) -> dict[str, object]:
    """Return weights and moments, gathered."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    model, optimizer = get_state_dict(engine.model, engine.optimizer, options=options)
    return {"model": model, "optimizer": optimizer.get("state", {})}


def place(folder: Path) -> CheckpointPlace:
    """Return where the checkpoint goes."""
    return CheckpointPlace(folder=folder, attempt=1, spec_hash="spec")


def export(engine: FsdpEngine, base: str, folder: Path) -> None:
    """Write whole weights in several files and, of adapters, what they are alone."""
    export_model(
        engine.model,
        base=Path(base),
        folder=folder,
        dtype=torch.float32,
        max_file_bytes=MAX_FILE_BYTES,
    )
    if engine.spec.lora is not None:
        alone = folder.with_name("adapter")
        export_model(
            engine.model, base=Path(base), folder=alone, dtype=torch.float32, kind="adapter"
        )


def launch(size: int, models: Path, folder: Path, loaded: str = "-") -> None:
    """Run this module on so many ranks; what rank 0 came to lies in `folder`, kind by kind."""
    for model in models.iterdir():
        (folder / model.name).mkdir(parents=True)
    rest = [str(size), str(folder / "rendezvous"), str(models), str(folder), loaded]
    command = [sys.executable, "-m", "tests.support.rank_steps", ALL, *rest]
    ended = subprocess.run(command, stderr=subprocess.PIPE, timeout=240, check=False)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]


def fork(size: int) -> int | None:
    """Go on as each of so many ranks, which share what is imported; None: all of them are done."""
    ranks: list[int] = []
    for rank in range(size):
        pid = os.fork()
        if pid == 0:
            return rank
        ranks.append(pid)
    ended = [os.waitpid(pid, 0)[1] for pid in ranks]
    assert not any(ended), ended
    return None


def main() -> None:
    """Run one rank, or all."""
    rank, size, rendezvous, base, folder, loaded = sys.argv[1:]
    torch.set_num_threads(1)
    if rank == ALL:
        forked = fork(int(size))
        if forked is None:
            return
        rank = str(forked)
    store = FileStore(rendezvous, int(size))
    dist.init_process_group("gloo", store=store, rank=int(rank), world_size=int(size))
    for kind in (name for name in OPTIONS if (Path(base) / name).is_dir()):
        within = Path(folder) / kind
        engine = engine_of(f"{base}/{kind}")
        metrics: list[dict[str, float]] = []
        if loaded == "-":
            metrics = train(engine, int(rank), int(size))
            save_checkpoint(engine, place(within), 3)
            export(engine, f"{base}/{kind}", within / "export")
        else:
            load_checkpoint(engine, Path(loaded) / kind / "step_3")
        state = whole_state(engine)
        if rank == "0":
            torch.save({"metrics": metrics, **state}, within / "state.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

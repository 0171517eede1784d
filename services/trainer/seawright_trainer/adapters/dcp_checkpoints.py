"""Checkpoints by torch's distributed checkpointing; they load on any number of ranks.

Example: `step_12/` holds DCP's shards and `COMPLETE`, the manifest with the SHA-256 of each
file. It is written as `step_12.tmp` and renamed, so a folder without `.tmp` is whole.
"""

import base64
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import structlog
import torch
import torch.distributed as dist
from pydantic import ValidationError
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from seawright_shared.records.base import Record
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.core.retention import Retention

MANIFEST = "COMPLETE"
log = structlog.get_logger()


class CheckpointManifest(Record):
    """What makes a checkpoint whole, and where the run stood."""

    step: int
    attempt: int
    num_applied: int
    world_size: int
    spec_hash: str
    rng_state: str
    """Of rank 0, in base64."""
    files: dict[str, str]
    """Name to SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointPlace:
    """Where a run's checkpoints lie, and what identifies this attempt."""

    folder: Path
    attempt: int
    spec_hash: str


def save_checkpoint(engine: FsdpEngine, place: CheckpointPlace, step: int) -> Path:
    """Write the checkpoint of `step`, on all ranks together, and return when it is whole."""
    aside = prepare_folder(place, step)
    weights, moments = get_state_dict(engine.model, engine.optimizer)
    save({"model": weights, "optimizer": moments}, checkpoint_id=str(aside))
    if dist.get_rank() == 0:
        complete(aside, drafted(engine, place, step))
    dist.barrier()
    return place.folder / f"step_{step}"


def prepare_folder(place: CheckpointPlace, step: int) -> Path:
    """Return, on all ranks, the empty folder that the shards of `step` go to."""
    aside = place.folder / f"step_{step}.tmp"
    if dist.get_rank() == 0:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
    dist.barrier()
    return aside


def drafted(engine: FsdpEngine, place: CheckpointPlace, step: int) -> CheckpointManifest:
    """Return where the run stands now; files are named when they are written."""
    return CheckpointManifest(
        step=step,
        attempt=place.attempt,
        num_applied=engine.num_applied,
        world_size=dist.get_world_size(),
        spec_hash=place.spec_hash,
        rng_state=base64.b64encode(torch.get_rng_state().numpy().tobytes()).decode(),
        files={},
    )


def complete(aside: Path, draft: CheckpointManifest) -> Path:
    """Write the manifest of shards that are all on disk, and give the folder its name.

    A folder of that step left by an attempt that died before reporting it is replaced.
    """
    files = {path.name: _digest(path) for path in sorted(aside.iterdir())}
    manifest = draft.model_copy(update={"files": files})
    (aside / MANIFEST).write_text(manifest.model_dump_json())
    final = aside.with_suffix("")
    shutil.rmtree(final, ignore_errors=True)
    return aside.rename(final)


def newest_whole(candidates: list[Path], spec_hash: str) -> Path | None:
    """Return the first candidate whose files are all as written; say why others are not."""
    for candidate in candidates:
        fault = _fault(candidate, spec_hash)
        if fault is None:
            return candidate
        log.warning("checkpoint.rejected", folder=candidate.name, reason=fault)
    return None


def load_checkpoint(engine: FsdpEngine, folder: Path) -> CheckpointManifest:
    """Load weights, moments and counters; the number of ranks may differ from the saver's."""
    manifest = CheckpointManifest.model_validate_json((folder / MANIFEST).read_text())
    weights, moments = get_state_dict(engine.model, engine.optimizer)
    load({"model": weights, "optimizer": moments}, checkpoint_id=str(folder))
    set_state_dict(
        engine.model,
        engine.optimizer,
        model_state_dict=weights,
        optim_state_dict=moments,
    )
    engine.num_applied = manifest.num_applied
    rng_state = bytearray(base64.b64decode(manifest.rng_state))
    torch.set_rng_state(torch.frombuffer(rng_state, dtype=torch.uint8))
    return manifest


def _fault(folder: Path, spec_hash: str) -> str | None:
    try:
        manifest = CheckpointManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        return f"no readable manifest: {type(error).__name__}"
    if manifest.spec_hash != spec_hash:
        return "written under another spec"
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if _digest(path) != digest:
            return f"{name} is damaged"
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def forget_after(folder: Path, step: int) -> None:
    """Remove checkpoints of later steps: they belong to an attempt that was rolled back."""
    for path in folder.glob("step_*"):
        if int(path.name.removeprefix("step_").removesuffix(".tmp")) > step:
            shutil.rmtree(path)


def checkpoint_steps(folder: Path) -> set[int]:
    """Return the steps that have a whole checkpoint."""
    whole = (path for path in folder.glob("step_*") if path.suffix != ".tmp")
    return {int(path.name.removeprefix("step_")) for path in whole}


def forget_old(folder: Path, retention: Retention) -> None:
    """Remove what is not kept; call it when the newest is in the ledger."""
    steps = checkpoint_steps(folder)
    for step in steps - retention.kept(steps):
        shutil.rmtree(folder / f"step_{step}")

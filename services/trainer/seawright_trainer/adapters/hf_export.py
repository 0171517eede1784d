"""Export to Hugging Face layout: what the policy service, vLLM and SGLang load."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
import torch.distributed as dist
from safetensors import safe_open
from safetensors.torch import save_file
from torch.distributed.tensor import DTensor

from seawright_shared.stores.model_folders import INDEX, weight_files, weights_digest
from seawright_trainer.adapters.peft_export import write_adapter
from seawright_trainer.core.lora import is_adapter, merged
from seawright_trainer.core.packed_model import PackedModel
from seawright_trainer.core.unfused import Shard, plan_shards, unfused

CONFIG = "config.json"
NUM_KEPT = 4
MAX_FILE_BYTES = 5 * 10**9
"""Of one file of weights: as much as one rank holds aside while it exports."""
REPLACED = frozenset({CONFIG, INDEX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A folder that was written, and the SHA-256 of its weights."""

    folder: Path
    sha256: str


def export_model(
    model: PackedModel,
    *,
    base: Path,
    folder: Path,
    dtype: torch.dtype,
    kind: Literal["merged", "adapter"] = "merged",
    max_file_bytes: int = MAX_FILE_BYTES,
) -> Export | None:
    """Write weights in `dtype`, the configuration, and the base's tokenizer and templates.

    Every rank takes part in gathering and writes files of its own; rank 0 returns the export.
    Adapters are added to the weights, or, as `kind` says, are all that is written.
    """
    aside = folder.with_name(f"{folder.name}.tmp")
    if dist.get_rank() == 0:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
    dist.barrier()
    if kind == "adapter":
        write_adapter(model, base=base, folder=aside, dtype=dtype)
    else:
        _write_weights(model, aside, dtype, max_file_bytes)
    dist.barrier()
    if dist.get_rank() != 0:
        return None
    if kind == "merged":
        _write_index(aside)
        _write_config(base, aside, dtype)
    _copy_companions(base, aside)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    files = [folder / "adapter_model.safetensors"] if kind == "adapter" else weight_files(folder)
    return Export(folder=folder, sha256=weights_digest(files))


def _write_weights(
    model: PackedModel, aside: Path, dtype: torch.dtype, max_file_bytes: int
) -> None:
    parameters = dict(model.language_model.named_parameters())
    exported = [(name, each) for name, each in parameters.items() if not is_adapter(name)]
    shards = plan_shards(
        [(name, each.numel() * dtype.itemsize) for name, each in exported],
        max_bytes=max_file_bytes,
        num_ranks=dist.get_world_size(),
    )
    for shard in shards:
        _write_shard(model, shard, aside, lambda whole: whole.to("cpu", dtype).contiguous())


def _write_shard(
    model: PackedModel, shard: Shard, aside: Path, cast: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    """Gather one file's parameters on all ranks; its owner alone keeps and writes them."""
    pieces: dict[str, torch.Tensor] = {}
    for name in shard.names:
        whole = _whole(model, name)
        if shard.owner == dist.get_rank():
            pieces |= unfused(name, cast(whole))
    if pieces:
        save_file(pieces, aside / shard.file, metadata={"format": "pt"})


def _whole(model: PackedModel, name: str) -> torch.Tensor:
    layer, _, own = name.rpartition(".")
    module = model.language_model.get_submodule(layer)
    held = dict(module.named_parameters(recurse=False))
    gathered = {
        key: value.full_tensor() if isinstance(value, DTensor) else value
        for key, value in held.items()
        if key == own or (own == "weight" and is_adapter(key))
    }
    weight = gathered.pop(own).detach()
    return merged(module, weight, gathered).detach() if gathered else weight


def _write_index(aside: Path) -> None:
    """Name the file of each tensor where there are several; the index comes last."""
    files = sorted(aside.glob("model-*.safetensors"))
    if not files:
        return
    names: dict[str, str] = {}
    for path in files:
        with safe_open(path, framework="pt") as opened:
            names |= dict.fromkeys(opened.keys(), path.name)
    size = sum(path.stat().st_size for path in files)
    index = {"metadata": {"total_size": size}, "weight_map": names}
    (aside / INDEX).write_text(json.dumps(index, indent=2, sort_keys=True))


def _write_config(base: Path, aside: Path, dtype: torch.dtype) -> None:
    config = json.loads((base / CONFIG).read_text())
    config["dtype"] = str(dtype).removeprefix("torch.")
    config.pop("torch_dtype", None)
    (aside / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True))


def forget_exports(folder: Path, *, steps: set[int]) -> None:
    """Remove exports, but the newest few, which engines may still read, and those of `steps`."""
    by_age = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in by_age[:-NUM_KEPT]:
        if int(path.name.split("_")[1]) not in steps:
            shutil.rmtree(path)


def _copy_companions(base: Path, target: Path) -> None:
    for path in base.iterdir():
        is_weights = path.suffix in {".safetensors", ".bin"}
        if path.is_file() and not is_weights and path.name not in REPLACED:
            shutil.copyfile(path, target / path.name)

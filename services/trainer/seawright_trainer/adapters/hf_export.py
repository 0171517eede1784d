"""Export to Hugging Face layout: what the policy service, vLLM and SGLang load."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import save_file
from torch.distributed.tensor import DTensor

from seawright_trainer.core.packed_model import PackedModel

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
NUM_KEPT = 4
REPLACED = frozenset({CONFIG, "model.safetensors.index.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A folder that was written, and the SHA-256 of its weights."""

    folder: Path
    sha256: str


def export_model(
    model: PackedModel, *, base: Path, folder: Path, dtype: torch.dtype
) -> Export | None:
    """Write weights in `dtype`, the configuration, and the base's tokenizer and templates.

    Every rank takes part in gathering; rank 0 alone writes and returns the export.
    """
    weights: dict[str, torch.Tensor] = {}
    for name, parameter in model.language_model.named_parameters():
        whole = parameter.full_tensor() if isinstance(parameter, DTensor) else parameter
        if dist.get_rank() == 0:
            weights[name] = whole.detach().to("cpu", dtype).contiguous()
    if dist.get_rank() != 0:
        return None
    aside = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    save_file(weights, aside / WEIGHTS, metadata={"format": "pt"})
    config = json.loads((base / CONFIG).read_text())
    config["dtype"] = str(dtype).removeprefix("torch.")
    config.pop("torch_dtype", None)
    (aside / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True))
    _copy_companions(base, aside)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    with (folder / WEIGHTS).open("rb") as file:
        return Export(folder=folder, sha256=hashlib.file_digest(file, "sha256").hexdigest())


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

"""Model folders on the file system this service shares with ranks and engines."""

import asyncio
import json
from pathlib import Path

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.stores.chat_templates import prefix_fault
from seawright_shared.stores.model_folders import WEIGHTS, weight_files, weights_digest
from seawright_trainer.core.model_folders import ModelLimits

NEEDED = ("config.json", "tokenizer.json")


class FolderWeights:
    """The ports `Weights` and `Templates`."""

    async def sha256(self, uri: str) -> str:
        """Return the hash of a folder's weights; `InvalidRequestError` where it has none."""
        return await asyncio.to_thread(_digest, Path(uri))

    async def limits(self, uri: str) -> ModelLimits:
        """Return what a folder's model can read, by its configuration."""
        return await asyncio.to_thread(_limits, Path(uri))

    async def prefix_fault(self, uri: str) -> str | None:
        """Say why no context can be continued in the words of a folder's template, or None."""
        return await asyncio.to_thread(prefix_fault, Path(uri))


def _limits(folder: Path) -> ModelLimits:
    try:
        config = json.loads((folder / "config.json").read_bytes())
        return ModelLimits(
            context_length=int(config["max_position_embeddings"]),
            vocabulary=int(config["vocab_size"]),
            num_experts=int(config.get("num_experts") or 0),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        detail = f"{folder / 'config.json'} tells neither context length nor vocabulary"
        field = FieldError(pointer="/model/uri", code="no_model", detail=detail)
        raise InvalidRequestError(detail, errors=[field]) from error


def _digest(folder: Path) -> str:
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    files = weight_files(folder)
    missing += [] if files else [WEIGHTS]
    if missing:
        detail = f"no model folder in Hugging Face layout: {', '.join(missing)} missing"
        field = FieldError(pointer="/model/uri", code="no_model", detail=detail)
        raise InvalidRequestError(f"{folder}: {detail}", errors=[field])
    return weights_digest(files)

"""Model folders on the file system this service shares with ranks and engines."""

import asyncio
import hashlib
from pathlib import Path

from seawright_shared.errors import FieldError, InvalidRequestError

NEEDED = ("config.json", "model.safetensors", "tokenizer.json")


class FolderWeights:
    """The port `Weights`."""

    async def sha256(self, uri: str) -> str:
        """Return the hash of a folder's weights; `InvalidRequestError` where it has none."""
        return await asyncio.to_thread(_digest, Path(uri))


def _digest(folder: Path) -> str:
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        detail = f"no model folder in Hugging Face layout: {', '.join(missing)} missing"
        field = FieldError(pointer="/model/uri", code="no_model", detail=detail)
        raise InvalidRequestError(f"{folder}: {detail}", errors=[field])
    with (folder / NEEDED[1]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

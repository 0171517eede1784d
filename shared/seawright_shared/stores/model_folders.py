"""Model folders in Hugging Face layout: which files hold the weights, and what they hash to."""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.base import Record

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
"""Beside weights in several files; names the file of each tensor."""


class _Index(Record):
    weight_map: dict[str, str]


def weight_files(folder: Path) -> list[Path]:
    """Return the files that hold the folder's weights, by name; none where it has none."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        return []
    try:
        index = _Index.model_validate_json((folder / INDEX).read_bytes())
    except ValidationError as error:
        raise InvalidRequestError(f"{folder / INDEX} is no index of weights") from error
    files = [folder / name for name in sorted(set(index.weight_map.values()))]
    missing = [path.name for path in files if path.parent != folder or not path.is_file()]
    if missing:
        raise InvalidRequestError(f"{folder} has no {missing[0]}, which its index names")
    return files


def weights_digest(files: list[Path]) -> str:
    """Return the SHA-256 of a lone file, or of the names and SHA-256 of several, line by line."""
    digests = [_digest(path) for path in files]
    if len(files) == 1:
        return digests[0]
    lines = [f"{path.name} {digest}\n" for path, digest in zip(files, digests, strict=True)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

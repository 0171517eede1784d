"""Publish a model folder to the policy service, in its two phases."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from seawright_console.core.deployment import Deployment
from seawright_shared.contracts.policy import PublishRequest, ServedModel
from seawright_shared.errors import NotFoundError

WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishModel:
    """Makes the policy serve a folder, by its absolute path, that it can read itself."""

    deployment: Deployment

    async def __call__(self, name: str, folder: Path, version: int = 1) -> ServedModel:
        """Return the model as it is served from now on."""
        digest = await asyncio.to_thread(_sha256_of, folder)
        uri = str(folder)
        policy = self.deployment.policy
        prepare = PublishRequest(uri=uri, sha256=digest, phase="prepare")
        await policy.publish(name, version, prepare)
        commit = PublishRequest(uri=uri, sha256=digest, phase="commit")
        return await policy.publish(name, version, commit)


def _sha256_of(folder: Path) -> str:
    try:
        with (folder / WEIGHTS).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise NotFoundError(f"no model at {folder}: {WEIGHTS} is missing") from error

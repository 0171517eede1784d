"""Publishing weights to a vLLM server: drained, frozen, read from disk, gone on with."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from seawright_policy.adapters.vllm_server import VllmServer
from seawright_policy.core.model_uris import ADAPTER_CONFIG, folder_of
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.rollouts import PolicyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A version and the label that servers keep it under."""

    version: PolicyVersion
    label: str


def label_of(version: PolicyVersion) -> str:
    """Return the label of a version: no other weights have it."""
    return f"{version.model}@{version.version}-{version.sha256[:12]}"


def is_adapter(version: PolicyVersion) -> bool:
    """Return whether a version's folder holds a LoRA adapter and no whole weights."""
    return (folder_of(version.uri) / ADAPTER_CONFIG).is_file()


def require_base(version: PolicyVersion, base: PolicyVersion) -> None:
    """Raise where an adapter says that it belongs to other weights than these.

    What it calls its base is often a name or a folder that is gone: only one that is there tells.
    """
    path = folder_of(version.uri) / ADAPTER_CONFIG
    try:
        named = json.loads(path.read_bytes()).get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidRequestError(f"{path} is no adapter's configuration") from error
    if not isinstance(named, str) or not Path(named).is_dir():
        return
    own = folder_of(base.uri)
    if Path(named).resolve() != own.resolve():
        raise InvalidRequestError(f"{path.parent} is an adapter over {named}, not over {own}")


def context_length_of(version: PolicyVersion) -> int:
    """Return the context length that a folder's configuration allows."""
    path = folder_of(version.uri) / "config.json"
    try:
        length = json.loads(path.read_bytes())["max_position_embeddings"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidRequestError(f"{path} names no context length") from error
    if not isinstance(length, int) or length < 1:
        raise InvalidRequestError(f"{path}: the context length {length!r} is none")
    return length


async def update(
    server: VllmServer, weights: Weights, drained: asyncio.Event, drain_seconds: float
) -> None:
    """Change a server's weights once its turns ended, or with those frozen that did not in time.

    Frozen turns go on with the new weights, their contexts computed anew; their tokens' versions
    tell them apart. Whatever happens, the server is asked to go on.
    """
    try:
        async with asyncio.timeout(drain_seconds):
            await drained.wait()
    except TimeoutError:
        pass
    try:
        await server.pause()
        await server.update(folder_of(weights.version.uri), weights.label)
    finally:
        await server.resume()

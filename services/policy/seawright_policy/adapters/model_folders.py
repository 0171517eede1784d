"""Model folders on disk: are they whole, what do they hash to, how do they render."""

import asyncio
import json
from pathlib import Path

from seawright_policy.adapters.chat_templates import system_text_of
from seawright_policy.adapters.tokenizers_codec import TokenizersCodec
from seawright_policy.core.model_uris import ADAPTER_CONFIG, folder_of
from seawright_policy.core.rendering import Renderer
from seawright_policy.core.templates import NEEDED_TOKENS, TEMPLATES, TemplateOptions
from seawright_policy.core.templates.qwen3 import plain_system
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.stores.chat_templates import (
    OWN_WORDS,
    RENDERER,
    prefix_fault,
    read_chat_template,
)
from seawright_shared.stores.model_folders import WEIGHTS, weight_files, weights_digest

ADAPTER_WEIGHTS = "adapter_model.safetensors"
TOKENIZER = "tokenizer.json"


def refused(detail: str, pointer: str = "/uri") -> InvalidRequestError:
    """Return the fault of a folder that cannot be served."""
    return InvalidRequestError(
        detail, errors=[FieldError(pointer=pointer, code="unusable-folder", detail=detail)]
    )


def sha256_of(folder: Path) -> str:
    """Return the SHA-256 of a folder's weights, in hexadecimal."""
    try:
        return _sha256_of(folder)
    except OSError as error:
        raise refused(f"{folder} cannot be read: {error.strerror}") from error


def _sha256_of(folder: Path) -> str:
    is_adapter = (folder / ADAPTER_CONFIG).is_file()
    files = [folder / ADAPTER_WEIGHTS] if is_adapter else weight_files(folder)
    needed = files or [folder / WEIGHTS]
    for path in needed if is_adapter else [folder / "config.json", *needed]:
        if not path.is_file():
            raise refused(f"{folder} has no {path.name}")
    return weights_digest(files)


def read_renderer(folder: Path) -> Renderer | None:
    """Return the renderer that a folder names, or None where it has no tokenizer."""
    if not (folder / TOKENIZER).is_file():
        return None
    if not (folder / RENDERER).is_file():
        raise refused(f"{folder} has a tokenizer but no {RENDERER} that names its template")
    try:
        plain = json.loads((folder / RENDERER).read_bytes())
        name, reasoning = plain["template"], plain.get("reasoning", "kept")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise refused(f"{folder / RENDERER} names no template") from error
    if name not in TEMPLATES:
        raise refused(f"template {name!r} is unknown; known are {', '.join(sorted(TEMPLATES))}")
    if reasoning not in ("kept", "dropped"):
        raise refused(f"{folder / RENDERER}: `reasoning` is `kept` or `dropped`")
    codec = TokenizersCodec.from_folder(folder)
    if missing := [token for token in NEEDED_TOKENS[name] if not codec.has(token)]:
        raise refused(f"{folder / TOKENIZER} has no token {missing[0]}, which {name!r} needs")
    if (fault := prefix_fault(folder)) is not None:
        raise refused(fault)
    source = None if name == OWN_WORDS else read_chat_template(folder)
    options = TemplateOptions(
        is_forgetful=reasoning == "dropped",
        system_text=plain_system if source is None else system_text_of(source),
    )
    return Renderer(TEMPLATES[name](codec, options))


class DiskFolders:
    """Model folders that this process can read."""

    async def check(self, version: PolicyVersion) -> None:
        """Raise unless the folder is whole and its weights have the promised SHA-256."""
        found = await asyncio.to_thread(sha256_of, folder_of(version.uri))
        if found != version.sha256.removeprefix("sha256:"):
            raise refused(f"the weights' SHA-256 is {found}, not {version.sha256}", "/sha256")

    async def describe(self, model: str, version: int, uri: str) -> PolicyVersion:
        """Return the version that a folder holds, with the SHA-256 of its weights."""
        found = await asyncio.to_thread(sha256_of, folder_of(uri))
        return PolicyVersion(model=model, version=version, uri=uri, sha256=found)

    async def renderer(self, uri: str) -> Renderer | None:
        """Return the folder's renderer, or None where it has no tokenizer of its own."""
        return await asyncio.to_thread(read_renderer, folder_of(uri))

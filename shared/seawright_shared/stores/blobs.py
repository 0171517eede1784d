"""Blobs: immutable bytes under the SHA-256 of their content."""

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from seawright_shared.errors import InvalidRequestError, NotFoundError, UnavailableError

_REFERENCE = re.compile(r"sha256:[0-9a-f]{64}")


class Blobs(Protocol):
    """Where bytes are kept; what `put` returned gives the same bytes for ever."""

    async def put(self, content: bytes) -> str:
        """Store the bytes durably and return their reference, `sha256:<hex>`."""
        ...

    async def get(self, reference: str) -> bytes:
        """Return the bytes; raise `NotFoundError` where they are not here."""
        ...

    async def has(self, reference: str) -> bool:
        """Return whether the bytes are here."""
        ...


def blob_reference(content: bytes) -> str:
    """Return the reference under which these bytes are stored."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blob_key(reference: str) -> str:
    """Return where a blob lies: `sha256:ab12...` at `ab/ab12...`.

    Raises `InvalidRequestError` for what is no reference, so that none leads elsewhere.
    """
    if not _REFERENCE.fullmatch(reference):
        raise InvalidRequestError(f"not a blob reference: {reference!r}")
    digest = reference.removeprefix("sha256:")
    return f"{digest[:2]}/{digest}"


def checked(content: bytes, reference: str) -> bytes:
    """Return the bytes that were read, or raise `UnavailableError` where they are others."""
    if blob_reference(content) != reference:
        raise UnavailableError(f"blob {reference} is damaged", {"reference": reference})
    return content


class FolderBlobs:
    """Blobs in a folder: written aside, flushed to disk, then renamed into place.

    Example: `sha256:ab12...` lies in `<folder>/ab/ab12...`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    async def put(self, content: bytes) -> str:
        """Store the bytes durably and return their reference; the same bytes cost nothing."""
        return await asyncio.to_thread(self._write, content)

    async def get(self, reference: str) -> bytes:
        """Return the bytes, whose hash was checked."""
        return await asyncio.to_thread(self._read, reference)

    async def has(self, reference: str) -> bool:
        """Return whether the bytes are here."""
        return await asyncio.to_thread(self._path(reference).exists)

    def _path(self, reference: str) -> Path:
        return self._folder / blob_key(reference)

    def _write(self, content: bytes) -> str:
        reference = blob_reference(content)
        path = self._path(reference)
        if path.exists():
            return reference
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_aside(path, content)
            _flush_folder(path.parent)
        except OSError as error:
            raise UnavailableError(f"blob cannot be written: {error.strerror}") from error
        return reference

    def _read(self, reference: str) -> bytes:
        try:
            content = self._path(reference).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"no blob {reference}", {"reference": reference}) from error
        return checked(content, reference)


def _write_aside(path: Path, content: bytes) -> None:
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".aside-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The file of API keys, as a Kubernetes secret or a mounted file brings it; changes are seen."""

import os
from pathlib import Path

from pydantic import ValidationError
from structlog.stdlib import get_logger

from seawright_shared.access.keys import KeyRecord, KeyRing
from seawright_shared.errors import ConflictError, InvalidRequestError


class KeyFile:
    """Keys by id. A changed file is read at the next request; a broken one changes nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = _by_id(_read(path))
        self._stamp = _stamp(path)

    def find(self, key_id: str) -> KeyRecord | None:
        """Return the key as the file has it now."""
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._keys = _by_id(_read(self._path))
            except InvalidRequestError as error:
                get_logger().error("access.keys-unread", reason=error.detail)
        return self._keys.get(key_id)


def add_key(path: Path, record: KeyRecord) -> None:
    """Add a key to the file, which need not exist; nobody else may read it."""
    ring = _read(path) if path.exists() else KeyRing()
    if any(key.id == record.id for key in ring.keys):
        raise ConflictError(f"{path} has a key {record.id} already")
    _write(path, KeyRing(keys=[*ring.keys, record]))


def remove_key(path: Path, key_id: str) -> None:
    """Take a key out of the file; whoever holds it is refused from the next request on."""
    ring = _read(path)
    left = [key for key in ring.keys if key.id != key_id]
    if len(left) == len(ring.keys):
        raise InvalidRequestError(f"{path} has no key {key_id!r}")
    _write(path, KeyRing(keys=left))


def keys_in(path: Path) -> list[KeyRecord]:
    """Return the keys of the file."""
    return _read(path).keys


def _read(path: Path) -> KeyRing:
    try:
        return KeyRing.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidRequestError(f"keys file {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise InvalidRequestError(f"keys file {path}: {place}: {first['msg']}") from error


def _write(path: Path, ring: KeyRing) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(ring.model_dump_json(indent=2) + "\n")
    beside.replace(path)


def _by_id(ring: KeyRing) -> dict[str, KeyRecord]:
    return {key.id: key for key in ring.keys}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

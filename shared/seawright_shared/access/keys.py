"""API keys: shown once when made, kept as a keyed hash.

A key is `seawright_live_<id>_<secret>`; what is kept is HMAC-SHA256(pepper, key), so that a stolen
file opens nothing without the pepper, and the pepper nothing without the file.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime

from pydantic import Field

from seawright_shared.access.principals import Principal, Scope
from seawright_shared.records.base import Record

PREFIX = "seawright_live_"
ID_BYTES, SECRET_BYTES = 6, 32
_KEY = re.compile(r"seawright_live_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class KeyRecord(Record):
    """What is kept of a key."""

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    name: str = Field(min_length=1, max_length=100)
    project: str = Field(default="default", min_length=1, max_length=100)
    scopes: list[Scope]
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    created_at: datetime
    expires_at: datetime | None = None


class KeyRing(Record):
    """The content of a keys file."""

    keys: list[KeyRecord] = []


def mint(record_id: bytes, secret: bytes) -> str:
    """Return a key of `ID_BYTES` and `SECRET_BYTES` random bytes."""
    assert len(record_id) == ID_BYTES
    assert len(secret) == SECRET_BYTES
    return f"{PREFIX}{record_id.hex()}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def key_id(key: str) -> str | None:
    """Return the id within a key; None: it is no key."""
    found = _KEY.fullmatch(key)
    return found.group(1) if found else None


def key_hash(pepper: bytes, key: str) -> str:
    """Return what is kept of a key."""
    return hmac.new(pepper, key.encode(), hashlib.sha256).hexdigest()


def principal_of(record: KeyRecord, pepper: bytes, key: str, now: datetime) -> Principal | None:
    """Return who holds the key; None: the secret is another one, or the key has ended."""
    if not hmac.compare_digest(record.hash, key_hash(pepper, key)):
        return None
    if record.expires_at is not None and record.expires_at <= now:
        return None
    return Principal(
        id=f"key:{record.id}",
        kind="key",
        project=record.project,
        scopes=frozenset(record.scopes),
    )

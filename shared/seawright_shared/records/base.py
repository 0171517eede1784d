"""The two bases of every wire type, and the canonical form that is hashed."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, JsonValue
from pydantic_core import CoreSchema

from seawright_shared.records.exact_types import exact

Scalar = str | int | float | bool | None
"""A feature or bound value: what rules compare."""


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
"""Made once: `json.dumps` would make it anew for every value, at a third of the cost."""


class Record(BaseModel):
    """A frozen fact. Readers ignore fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        """Take numbers and booleans for what they are in JSON only."""
        return exact(handler(source))


class Request(BaseModel):
    """Something asked for. Unknown fields are refused: a typo must fail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        """Take numbers and booleans for what they are in JSON only."""
        return exact(handler(source))


def canonical_json(value: JsonValue) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def content_hash(value: BaseModel | JsonValue) -> str:
    """Return the SHA-256, in hexadecimal, of a value's canonical JSON."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return hashlib.sha256(canonical_json(plain)).hexdigest()


def content_id(prefix: str, value: BaseModel | JsonValue) -> str:
    """Return a stable id made from the content, as in `task_3f2a...` (20 hex digits)."""
    return f"{prefix}_{content_hash(value)[:20]}"

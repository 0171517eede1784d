"""tau2-bench's hash of a whole database, without writing the whole database each time."""

import hashlib
import json
from collections.abc import Mapping

from seawright_environment.core.json_values import JsonObject, Tables

BLOCK = 32
"""Segments between two saved digest states."""


def _entry(key: str, entity: JsonObject) -> bytes:
    return f"{json.dumps(key)}: {json.dumps(entity, sort_keys=True)}".encode()


class TextHash:
    """SHA-256 of `json.dumps(tables, sort_keys=True)`, resumed before the first change.

    The text is kept in segments, one per entity, and the digest's inner state at every
    `BLOCK` segments. A few changed entities cost the digest of what follows the first of them.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._positions: dict[tuple[str, str], int] = {}
        segments: list[bytes] = [b"{"]
        for index, name in enumerate(sorted(tables)):
            segments.append(f"{', ' if index else ''}{json.dumps(name)}: {{".encode())
            for order, key in enumerate(sorted(tables[name])):
                self._positions[name, key] = len(segments)
                segments.append((b", " if order else b"") + _entry(key, tables[name][key]))
            segments.append(b"}")
        segments.append(b"}")
        self._segments = segments
        self._blocks = [b"".join(segments[i : i + BLOCK]) for i in range(0, len(segments), BLOCK)]
        digest = hashlib.sha256()
        self._saved = [digest.copy()]
        for block in self._blocks:
            digest.update(block)
            self._saved.append(digest.copy())

    def digest(self, overlay: Mapping[str, Mapping[str, JsonObject | None]]) -> str:
        """Return the hash of the tables with the overlay's entities in their place."""
        changed: dict[int, bytes] = {}
        for name, over in overlay.items():
            for key, entity in over.items():
                position = self._positions.get((name, key))
                if position is None or entity is None:
                    return self._whole(overlay)
                comma = b", " if self._segments[position].startswith(b", ") else b""
                changed[position] = comma + _entry(key, entity)
        if not changed:
            return self._saved[-1].hexdigest()
        touched = {position // BLOCK for position in changed}
        first = min(touched)
        digest = self._saved[first].copy()
        for number in range(first, len(self._blocks)):
            block = self._blocks[number]
            if number in touched:
                start = number * BLOCK
                old = self._segments[start : start + BLOCK]
                block = b"".join(changed.get(start + i, old[i]) for i in range(len(old)))
            digest.update(block)
        return digest.hexdigest()

    def _whole(self, overlay: Mapping[str, Mapping[str, JsonObject | None]]) -> str:
        """Return the hash where entities were added or deleted: the text is written whole."""
        merged: dict[str, dict[str, JsonObject]] = {}
        for name, base in self._tables.items():
            entities: dict[str, JsonObject | None] = {**base, **overlay.get(name, {})}
            merged[name] = {key: value for key, value in entities.items() if value is not None}
        return hashlib.sha256(json.dumps(merged, sort_keys=True).encode()).hexdigest()

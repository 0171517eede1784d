"""tau2-bench's hash of a whole database, without writing the whole database each time."""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Container, Mapping

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
        self._keys = {name: sorted(tables[name]) for name in sorted(tables)}
        self._starts: dict[str, int] = {}
        """Where the segment of a table's first key is."""
        segments: list[bytes] = [b"{"]
        for index, (name, keys) in enumerate(self._keys.items()):
            segments.append(f"{', ' if index else ''}{json.dumps(name)}: {{".encode())
            self._starts[name] = len(segments)
            for order, key in enumerate(keys):
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
        written: dict[int, bytes] = {}
        """What stands where a segment is: the entity as it is now, after those that are new."""
        for name, over in overlay.items():
            keys = self._keys[name]
            for key, entity in sorted(over.items(), reverse=True):
                order = bisect_left(keys, key)
                is_known = order < len(keys) and keys[order] == key
                if order == 0 and (entity is None or not is_known):
                    # Another entity becomes the first, which has no comma.
                    return self._whole(overlay)
                position = self._starts[name] + order
                text = b"" if entity is None else (b", " if order else b"") + _entry(key, entity)
                if not is_known:
                    text += written.get(position, self._segments[position])
                written[position] = text
        if not written:
            return self._saved[-1].hexdigest()
        touched = {position // BLOCK for position in written}
        first = min(touched)
        digest = self._saved[first].copy()
        for number in range(first, len(self._blocks)):
            block = self._blocks[number]
            if number in touched:
                start = number * BLOCK
                old = self._segments[start : start + BLOCK]
                block = b"".join(written.get(start + i, old[i]) for i in range(len(old)))
            digest.update(block)
        return digest.hexdigest()

    def _whole(self, overlay: Mapping[str, Mapping[str, JsonObject | None]]) -> str:
        """Return the hash where a table begins with another entity: the text is written whole."""
        merged: dict[str, dict[str, JsonObject]] = {}
        for name, base in self._tables.items():
            entities: dict[str, JsonObject | None] = {**base, **overlay.get(name, {})}
            merged[name] = {key: value for key, value in entities.items() if value is not None}
        return hashlib.sha256(json.dumps(merged, sort_keys=True).encode()).hexdigest()


class SideHash:
    """SHA-256 of `json.dumps(document, sort_keys=True)`, where some tables are lists of entities.

    For small databases: the whole text is digested, but only changed entities are written.
    """

    def __init__(self, tables: Tables, list_tables: Container[str]) -> None:
        self._list_tables = list_tables
        self._texts = {
            name: {key: json.dumps(entity, sort_keys=True) for key, entity in table.items()}
            for name, table in sorted(tables.items())
        }
        self._wholes = {name: self._written(name, texts) for name, texts in self._texts.items()}

    def digest(self, overlay: Mapping[str, Mapping[str, JsonObject | None]]) -> str:
        """Return the hash of the tables with the overlay's entities in their place."""
        parts: list[str] = []
        for name, whole in self._wholes.items():
            over = overlay[name]
            if over:
                now = {**self._texts[name]}
                for key, entity in over.items():
                    if entity is None:
                        now.pop(key, None)
                    else:
                        now[key] = json.dumps(entity, sort_keys=True)
                whole = self._written(name, now)  # noqa: PLW2901 - as it is now
            parts.append(whole)
        return hashlib.sha256(f"{{{', '.join(parts)}}}".encode()).hexdigest()

    def _written(self, name: str, texts: Mapping[str, str]) -> str:
        if name in self._list_tables:
            return f"{json.dumps(name)}: [{', '.join(texts.values())}]"
        entries = (f"{json.dumps(key)}: {text}" for key, text in sorted(texts.items()))
        return f"{json.dumps(name)}: {{{', '.join(entries)}}}"

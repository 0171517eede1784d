"""Generated arguments: by schema, with values that the database holds, so that calls succeed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import Table
from seawright_environment.core.toolkits import Tool

SHARE_HELD = 0.9
"""Of texts and numbers: values that the database holds under that name."""
SHARE_SAME_FAMILY = 0.85
"""Of those: values of one customer's things, so that several arguments belong together."""
SHARE_GIVEN = 0.7
"""Of arguments that may be left out."""
NUM_READ = 200
"""Entities of each table that are looked through."""
WILD: Sequence[JsonValue] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    " ",
    "\0",
    [],
    [None],
    {},
    {"a": []},
)
WORDS = ("", "a", "no such thing", "2030-01-01", "\u00e9\u4e2d", "A" * 300, "0", "-1", "null")

REFERENCE = "#/$defs/"

Pool = dict[str, list[JsonValue]]
"""Values by the name of the field that holds them."""


class Drawer:
    """Draws arguments for the tools of one world."""

    def __init__(self, rng: random.Random, view: Mapping[str, Table]) -> None:
        self._rng = rng
        entities = [
            (key, entity)
            for table in view.values()
            for key, entity in islice(table.items(), NUM_READ)
        ]
        self._all: Pool = {}
        self._by_id: dict[str, list[JsonObject]] = {}
        for key, entity in entities:
            _collect(entity, "", self._all)
            self._by_id.setdefault(key, []).append(entity)
        self._entities = [entity for _, entity in entities]
        self._family: Pool = {}
        self._definitions: Mapping[str, JsonValue] = {}
        self.turn()

    def turn(self) -> None:
        """Turn to another entity and what it refers to."""
        self._family = {}
        if not self._entities:
            return
        waiting, seen = [self._rng.choice(self._entities)], set[int]()
        while waiting and len(seen) < 12:
            entity = waiting.pop(0)
            if id(entity) in seen:
                continue
            seen.add(id(entity))
            _collect(entity, "", self._family)
            for text in _texts(entity):
                waiting.extend(self._by_id.get(text, ()))

    def arguments(self, tool: Tool) -> JsonObject:
        """Return arguments that the tool's schema allows."""
        if self._rng.random() < 0.3:
            self.turn()
        self._definitions = tool.definitions
        return {
            name: self._value(name, schema)
            for name, schema in tool.parameters.items()
            if name not in tool.defaults or self._rng.random() < SHARE_GIVEN
        }

    def wild(self, tool: Tool) -> JsonObject:
        """Return arguments of which one at least is missing, unknown or of a wrong type."""
        arguments = self.arguments(tool)
        fault = self._rng.randrange(3) if arguments else 2
        if fault == 2:
            return {**arguments, self._rng.choice(("self", "requestor", "extra", "")): 1}
        name = self._rng.choice(list(arguments))
        if fault == 1:
            del arguments[name]
        else:
            arguments[name] = self._rng.choice(WILD)
        return arguments

    def _value(self, name: str, schema: JsonValue) -> JsonValue:
        facts = cast("JsonObject", schema) if isinstance(schema, dict) else {}
        if "$ref" in facts:
            referred = str(facts["$ref"]).removeprefix(REFERENCE)
            return self._value(name, self._definitions.get(referred))
        if "const" in facts:
            return facts["const"]
        options = facts.get("enum")
        if isinstance(options, list) and options:
            return self._rng.choice(options)
        for key in ("anyOf", "oneOf"):
            inner = facts.get(key)
            if isinstance(inner, list) and inner:
                return self._value(name, self._rng.choice(inner))
        kind = facts.get("type")
        if isinstance(kind, list):
            kind = self._rng.choice(kind)
        if kind == "array":
            num = self._rng.choice((1, 1, 1, 2, 2, 3, 0))
            return [self._value(_singular(name), facts.get("items")) for _ in range(num)]
        if kind == "object":
            inner = facts.get("properties")
            fields = cast("JsonObject", inner) if isinstance(inner, dict) else {}
            return {key: self._value(key, each) for key, each in fields.items()}
        return self._scalar(name, str(kind))

    def _scalar(self, name: str, kind: str) -> JsonValue:
        if kind == "boolean":
            return self._rng.random() < 0.5
        if kind == "null":
            return None
        held = self._held(name, kind)
        if held and self._rng.random() < SHARE_HELD:
            return self._rng.choice(held)
        if kind == "integer":
            return self._rng.choice((0, 1, 2, 5, -1, 10**9))
        if kind == "number":
            return self._rng.choice((0.0, 1.0, 2.5, -1.0, 1e12))
        return self._rng.choice(WORDS)

    def _held(self, name: str, kind: str) -> list[JsonValue]:
        pool = self._family if self._rng.random() < SHARE_SAME_FAMILY else self._all
        for known in _shortened(name):
            held = [value for value in pool.get(known, ()) if _is_kind(value, kind)]
            if held:
                return held
        return []


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _shortened(name: str) -> Iterator[str]:
    """Yield the name, then without its first words: new_item_id, item_id, id."""
    words = name.split("_")
    for start in range(len(words)):
        yield "_".join(words[start:])


def _is_kind(value: JsonValue, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind in {"integer", "number"}
    if isinstance(value, float):
        return kind == "number"
    return isinstance(value, str) and kind == "string"


def _collect(value: JsonValue, name: str, pool: Pool) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(inner, key, pool)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, _singular(name), pool)
    elif value is not None:
        pool.setdefault(name, []).append(value)


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value

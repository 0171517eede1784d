"""Laws on what a domain says of itself: tools, schemas, policy text, seed database."""

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.conformance_kit_bench import Bench, Findings
from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.toolkits import Tool

KINDS = ("read", "write", "generic")
TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
UNIONS = ("anyOf", "oneOf", "allOf")
REFERENCE = "#/$defs/"
SHORTEST_POLICY = 100
"""Characters; less tells an agent nothing."""
SIZES = (3, 12)


def check_kinds(bench: Bench, found: Findings) -> None:
    """Every tool says what it is, under its own name; some tool exists."""
    kits = {"toolkit": bench.content.toolkit, "user_toolkit": bench.content.user_toolkit}
    for label, kit in kits.items():
        for name, tool in kit.tools.items() if kit else ():
            found.tried += 1
            if tool.kind not in KINDS:
                found.fail(_at(tool), f"kind is {tool.kind!r}, not one of {', '.join(KINDS)}")
            if name != tool.name:
                found.fail(f"{label}[{name!r}]", f"the tool's name is {tool.name!r}")
            if not name.isidentifier():
                found.fail(_at(tool), "the name is no identifier")
    if not bench.content.toolkit.tools:
        found.fail("toolkit", "the agent has no tools")
    if not any(tool.kind == "write" for _, tool in bench.tools):
        found.note("no tool writes: every task is a question")


def check_schemas(bench: Bench, found: Findings) -> None:
    """Tools and parameters are described and typed, and the code takes just these."""
    for _, tool in bench.tools:
        found.tried += 1
        if not tool.description.strip():
            found.fail(_at(tool), "no description")
        for name, schema in tool.parameters.items():
            if isinstance(schema, dict) and not _is_text(schema.get("description")):
                found.fail(f"{_at(tool)}, parameter {name}", "no description")
            for what in _flaws(schema, tool.definitions):
                found.fail(f"{_at(tool)}, parameter {name}", what)
        for name, schema in tool.definitions.items():
            for what in _flaws(schema, tool.definitions):
                found.fail(f"{_at(tool)}, definition {name}", what)
        try:
            parameters = inspect.signature(tool.run).parameters
        except (TypeError, ValueError):
            continue
        takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
        num = sum(
            p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} for p in parameters.values()
        )
        if not takes_any and num != len(tool.parameters) + 1:
            what = f"the function takes the state and {num - 1} values, the schema names "
            found.fail(_at(tool), f"{what}{len(tool.parameters)}")
    json.dumps(bench.content.describe().model_dump(mode="json"))


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _flaws(schema: JsonValue, definitions: Mapping[str, JsonValue]) -> Iterator[str]:
    """Yield what a JSON schema lacks. A definition that is referred to is looked at by itself."""
    if not isinstance(schema, dict):
        yield "the schema is no object"
        return
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(REFERENCE)
        if name not in definitions:
            yield f"{schema['$ref']!r} leads nowhere"
        return
    inner = [schema[key] for key in UNIONS if key in schema]
    for options in inner:
        for option in options if isinstance(options, list) else [None]:
            yield from _flaws(option, definitions)
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        yield "enum is no list of values"
    kinds = schema.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    if not inner and not {"enum", "const"} & schema.keys() and kinds is None:
        yield "no type"
    yield from (f"{kind!r} is no JSON type" for kind in listed if kind not in (*TYPES, None))
    if "array" in listed:
        yield from (f"items: {flaw}" for flaw in _flaws(schema.get("items"), definitions))
    if "object" in listed:
        yield from _object_flaws(schema, definitions)


def _object_flaws(schema: JsonObject, definitions: Mapping[str, JsonValue]) -> Iterator[str]:
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        yield "properties is no object"
        return
    for key, inner in properties.items():
        yield from (f"{key}: {flaw}" for flaw in _flaws(inner, definitions))


def check_policy(bench: Bench, found: Findings) -> None:
    """There is a text, the same each time, that an agent can go by."""
    found.tried += 1
    text = bench.content.domain_policy()
    if len(text.strip()) < SHORTEST_POLICY:
        found.fail("domain_policy", f"{len(text.strip())} characters tell an agent nothing")
    if text != bench.content.domain_policy():
        found.fail("domain_policy", "the text differs from call to call")


def check_seed(bench: Bench, found: Findings) -> None:
    """Equal arguments give equal tables of plain JSON; more customers give more of them."""
    generate, seed = bench.content.generate, bench.budget.seed
    sizes: list[int] = []
    for size in SIZES:
        found.tried += 1
        one, other = generate(seed, size), generate(seed, size)
        if _plain(one) != _plain(other) or _orders(one) != _orders(other):
            found.fail(f"generate({seed}, {size})", "differs from call to call")
        sizes.append(sum(map(len, one.values())))
    if not sizes[0] < sizes[1]:
        found.fail("generate", f"{SIZES[1]} customers have no more entities than {SIZES[0]}")
    small = generate(seed, SIZES[0])
    _check_tables(small, found)
    if _plain(small) == _plain(generate(seed + 1, SIZES[0])):
        found.fail("generate", "another seed gives the same database")


def _plain(tables: Tables) -> dict[str, dict[str, JsonObject]]:
    return {name: dict(table) for name, table in tables.items()}


def _orders(tables: Tables) -> list[tuple[str, list[str]]]:
    return [(name, list(table)) for name, table in tables.items()]


def _check_tables(tables: Tables, found: Findings) -> None:
    for name, table in tables.items():
        keys = list(table)
        if len(keys) != len(table):
            found.fail(f"table {name}", f"len is {len(table)}, but it has {len(keys)} ids")
        for key in keys:
            where = f"{name}/{key}"
            entity = cast("object", table[key])
            if not isinstance(cast("object", key), str) or not isinstance(entity, dict):
                found.fail(where, "ids are texts and entities are objects")
            elif json.loads(json.dumps(entity)) != entity:
                found.fail(where, "not plain JSON: it reads back differently")


def _at(tool: Tool) -> str:
    return f"tool {tool.name}"

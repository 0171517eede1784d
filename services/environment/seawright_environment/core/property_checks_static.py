"""Laws on what a domain says of itself: tools, schemas, policy text, seed database."""

import inspect
import json
from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.conformance_kit_bench import Bench, Findings, text_of
from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.toolkits import Tool

KINDS = ("read", "write", "generic")
TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
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
            for what in _flaws(schema, is_described=True):
                found.fail(f"{_at(tool)}, parameter {name}", what)
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


def _flaws(schema: JsonValue, *, is_described: bool) -> Iterator[str]:
    """Yield what a JSON schema lacks."""
    if not isinstance(schema, dict):
        yield "the schema is no object"
        return
    text = schema.get("description")
    if is_described and not (isinstance(text, str) and text.strip()):
        yield "no description"
    unions = [schema[key] for key in ("anyOf", "oneOf") if key in schema]
    for options in unions:
        for option in options if isinstance(options, list) else [None]:
            yield from _flaws(option, is_described=False)
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        yield "enum is no list of values"
    kinds = schema.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    if not unions and "enum" not in schema and kinds is None:
        yield "no type"
    for kind in listed:
        if kind is not None and kind not in TYPES:
            yield f"{kind!r} is no JSON type"
    if "array" in listed:
        yield from (f"items: {flaw}" for flaw in _flaws(schema.get("items"), is_described=False))
    if "object" in listed:
        yield from _object_flaws(schema)


def _object_flaws(schema: JsonObject) -> Iterator[str]:
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        yield "properties is no object"
        return
    for key, inner in properties.items():
        yield from (f"{key}: {flaw}" for flaw in _flaws(inner, is_described=False))


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
        _check_tables(one, found)
        if text_of(one) != text_of(other) or _orders(one) != _orders(other):
            found.fail(f"generate({seed}, {size})", "differs from call to call")
        sizes.append(sum(map(len, one.values())))
    if not sizes[0] < sizes[1]:
        what = f"{SIZES[1]} customers have no more entities than {SIZES[0]}"
        found.fail("generate", what)
    if text_of(generate(seed, SIZES[1])) == text_of(generate(seed + 1, SIZES[1])):
        found.fail("generate", "another seed gives the same database")


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

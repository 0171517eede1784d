"""A spec as source: the same musts against the interface `ck/1`, so that both can be compared."""

import json
from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from seawright_shared.records.checkers import Checker, CheckerSpec

LINES_PER_FUNCTION = 5
"""A function has a bounded number of syntax nodes; the longest line has about thirty."""


def compile_source(spec: CheckerSpec) -> str:
    """Return source that claims what the spec says, in the order in which it is judged."""
    lines = list(_lines(spec))
    if len(lines) <= LINES_PER_FUNCTION:
        return _function("check", [*lines, "return ck.result()"])
    parts = [
        lines[start : start + LINES_PER_FUNCTION]
        for start in range(0, len(lines), LINES_PER_FUNCTION)
    ]
    functions = [_function(f"part_{number}", part) for number, part in enumerate(parts, 1)]
    calls = [f"part_{number}(ctx, ck)" for number in range(1, len(parts) + 1)]
    return "\n\n".join([*functions, _function("check", [*calls, "return ck.result()"])])


def compiled_checker(spec: CheckerSpec) -> Checker:
    """Return the spec as a source checker."""
    return Checker(source=compile_source(spec), origin="compiled")


def _function(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"def {name}(ctx, ck):", *(f"    {line}" for line in lines), ""])


def _lines(spec: CheckerSpec) -> Iterator[str]:
    for goal in spec.goals:
        found = f"ctx.final.path({_value(list(goal.path))})"
        where = "/".join(map(str, goal.path))
        equal = f"ck.equal({found}, {_value(goal.value)}, {goal.compare!r})"
        yield f"ck.goal({where!r}, {equal})"
    for free in spec.any_of:
        path = _value(list(free.path))
        yield f"ck.any_of('free', {_value(free.options)}, at={path})"
    yield f"ck.frame(allow={_value(list(spec.frame))})"
    for call in spec.called:
        yield f"ck.called({call.name!r}, {_value(call.arguments)})"
    for name in spec.never_called:
        yield f"ck.never_called({name!r})"
    for item in spec.before:
        yield f"ck.before({item.first!r}, {item.then!r})"
    if spec.confirmed_before_writes:
        names = _value(list(spec.confirmed_writes)) if spec.confirmed_writes else ""
        yield f"ck.confirmed_before_writes({names})"
    for said in spec.said:
        texts = _value(list(said.any_of))
        yield f"ck.said({said.role!r}, text={said.text!r}, any_of={texts}, money={said.cents!r})"


def _value(value: JsonValue) -> str:
    """Return an expression of few nodes: what is nested or long is parsed from one text."""
    if isinstance(value, list) and len(value) <= 6 and not any(map(_is_nested, value)):
        return repr(value)
    return f"ck.parse({json.dumps(value)!r})" if _is_nested(value) else repr(value)


def _is_nested(value: JsonValue) -> bool:
    return isinstance(value, dict | list)

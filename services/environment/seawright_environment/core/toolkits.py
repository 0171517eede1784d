"""Tools: what a domain offers, and how a call is bound to one.

A refused call is text that the caller reads. Where tau2-bench's text comes from Python itself
(a missing argument, a wrong type), it is worded the same here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from seawright_environment.core.state import State

ToolKind = Literal["read", "write", "generic"]
REFUSALS = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    SyntaxError,
    RecursionError,
    MemoryError,
)
"""What a tool may raise to refuse: its own words in a ValueError, or Python's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool. `run` takes the state, then the parameters in order, and returns the text."""

    name: str
    kind: ToolKind
    description: str
    parameters: Mapping[str, JsonValue]
    """JSON schema of each parameter, in order."""
    run: Callable[..., str]
    definitions: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Schemas that the parameters refer to as `#/$defs/<name>`."""
    defaults: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Of parameters that may be left out; they come last. All others are required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """The tools of one party."""

    label: str
    """Names the tools' owner in refusals, as in `RetailTools`."""
    tools: Mapping[str, Tool]


def run_tool(
    toolkit: Toolkit | None, state: State, name: str, arguments: Mapping[str, JsonValue]
) -> str:
    """Return the tool's text, or raise one of `REFUSALS`."""
    _refuse_reserved(arguments)
    if toolkit is None:
        raise ValueError("User tools not available")
    tool = toolkit.tools.get(name)
    if tool is None:
        raise ValueError(f"Tool '{name}' not found.")
    return run_bound(tool, state, f"{toolkit.label}.{name}()", arguments)


def run_bound(tool: Tool, state: State, label: str, arguments: Mapping[str, JsonValue]) -> str:
    """Return the text of one tool or function, or raise one of `REFUSALS`."""
    return tool.run(state, *_bound(label, tool, arguments))


def _refuse_reserved(arguments: Mapping[str, JsonValue]) -> None:
    method = "Environment.make_tool_call()"
    if "requestor" in arguments:
        where = f"tau2.environment.environment.{method}"
        raise TypeError(f"{where} got multiple values for keyword argument 'requestor'")
    for key in arguments:
        if key in {"self", "tool_name"}:
            raise TypeError(f"{method} got multiple values for argument '{key}'")


def _bound(label: str, tool: Tool, arguments: Mapping[str, JsonValue]) -> list[JsonValue]:
    for key in arguments:
        if key not in tool.parameters:
            raise TypeError(f"{label} got an unexpected keyword argument '{key}'")
    missing = [key for key in tool.parameters if key not in arguments and key not in tool.defaults]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        raise TypeError(
            f"{label} missing {len(missing)} required positional argument{plural}: {_listed(missing)}"
        )
    return [arguments[key] if key in arguments else tool.defaults[key] for key in tool.parameters]


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
